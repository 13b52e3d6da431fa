"""The list of projects: what arrived, what waits, and that it costs the same for one project and for many."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event, insert, select

from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.models import IngestEvent
from logister_core.outbox.models import TelemetryBatch
from logister_core.receipts.models import ProjectDay
from logister_core.receipts.projection import DailyReceipts

DAY = timedelta(days=1)


def test_a_row_tells_what_arrived_in_a_week_and_what_waits(site, people):
    shop = Shop(site, people)
    people.project(shop.owner, "Quiet")
    people.project(shop.owner, "Gone", archived_at=site.clock())
    shop.send("boom")
    site.clock.forward(days=7)
    shop.post("boom")
    shop.post("boom", at=site.clock() - 3 * DAY)
    site.clock.forward(hours=13)
    shop.post("hello", event_type="log")
    site.send(
        shop.token, event_type="span", name="GET /", trace_id="1" * 32, span_id="2" * 16, duration_ms=1.5
    )  # fmt: skip
    shop.set("boom", status="resolved")
    shop.post("bang")
    site.project_events()
    site.clock.forward(minutes=5)
    page = people.browser_of(shop.owner).get("/projects")
    row = next(row for row in page.html.select(".project-row") if "Shop" in row.text)
    assert row.select_one(".project-trend svg")["aria-label"] == "Received per day: 0, 0, 0, 0, 0, 2, 3; total 5"
    figures = [" ".join(figure.get_text(" ").split()) for figure in row.select(".project-figure")]
    assert figures == ["1 open errors", "2 all groups", "1 events, 7 days", "5 minutes ago latest receipt"]
    assert [link["href"].removeprefix(shop.path) for link in row.select(".project-figure a")] == [
        "/inbox", "/inbox?filter=all", "/activity?period=7d",
    ]  # fmt: skip
    other = next(row for row in page.html.select(".project-row") if "Quiet" in row.text)
    assert "nothing received" in other.text
    strip = [" ".join(figure.get_text(" ").split()) for figure in page.html.select(".figures-strip .figure")]
    assert strip == ["projects 2", "open errors 1", "received in 7 days 5", "quiet for 7 days 1"]


def test_rows_that_the_projector_gave_up_are_not_counted(site, people):
    shop = Shop(site, people)
    shop.post("boom")
    shop.post("bang")
    [first, _] = site.rows(IngestEvent)
    with site.write() as db:
        batches = list(db.scalars(select(TelemetryBatch)))
        DailyReceipts().apply(db, batches, skip=frozenset({first.id}), now=site.clock())
    [day] = site.rows(ProjectDay)
    assert (day.project_id, day.day, day.errors, day.activity, day.spans) == (
        shop.project.id, site.clock().date(), 1, 0, 0,
    )  # fmt: skip
    assert day.last_received_at == site.clock()


def test_many_projects_cost_as_many_queries_as_one(site, people):
    owner, browser = people.newcomer()
    people.project(owner, "First")
    few = queries(site, lambda: browser.get("/projects?filter=all"))
    now = site.clock()
    made = [people.project(owner, f"Shop{number}", archived_at=now if number % 2 else None) for number in range(12)]
    api_key(site, made[0])
    with site.write() as db:
        db.execute(
            insert(ProjectDay),
            [
                {"project_id": project.id, "day": now.date() - back * DAY, "errors": 1, "activity": 2, "spans": 3}
                | {"last_received_at": now - back * DAY}
                for project in made
                for back in range(9)
            ],
        )
    page = browser.get("/projects?filter=all")
    assert queries(site, lambda: browser.get("/projects?filter=all")) == few
    assert len(page.html.select(".project-row")) == 13
    assert page.html.select_one(".project-row .project-trend svg")["aria-label"].endswith("total 42")
    assert page.html.select_one("main [data-filter-input]") is not None
    assert site.count(ErrorGroup) == 0


def queries(site, act):
    """How many statements `act` sends."""
    seen = []
    note = lambda *arguments: seen.append(arguments[2])  # noqa: E731 - has to be removed again
    event.listen(site.registry.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(site.registry.engine, "before_cursor_execute", note)
    return len(seen)
