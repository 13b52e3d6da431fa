"""Deleting a project for good (specification, web chapter §18, and archive chapter §11)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from factories.errors import key_error
from factories.monitors import check_in
from factories.projects import api_key
from factories.shop import Shop
from logister_core.api_keys.models import ApiKey
from logister_core.audit.models import AuditEntry
from logister_core.db.metadata import metadata
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from logister_core.purges import portions, runner
from logister_core.purges.models import ProjectPurge
from logister_core.tasks.recurring import tick

pytestmark = pytest.mark.usefixtures("counts_are_right")

WAIT = runner.QUIET + timedelta(seconds=1)


@pytest.fixture
def shop(site, people):
    return Shop(site, people)


def test_case_60_33_deleting_takes_the_typed_name_and_is_never_taken_back(shop, site, people):
    browser, base = shop.browser, shop.path
    page = browser.get(f"{base}/settings?section=danger")
    form = form_to(page, f"{base}/delete")
    form["confirmation"] = "shop"
    refused = form.submit(status=422)
    assert "Nothing was deleted. Type the name of the project, Shop." in refused.text
    assert site.rows(Project)[0].archived_at is None

    form["confirmation"] = " Shop "
    answer = form.submit()
    [purge] = site.rows(ProjectPurge)
    assert (answer.status_int, path(answer)) == (303, "/projects")
    assert str(purge.uuid) in answer.follow().text
    [project], [key] = site.rows(Project), site.rows(ApiKey)
    assert project.archived_at == project.purge_requested_at == key.revoked_at == site.clock()
    assert site.send(shop.token).status_int == 401
    # Gone from what is looked at, still named where the archived ones are.
    assert browser.get("/projects").html.select(".project-row") == []
    row = browser.get("/projects?filter=archived").html.select_one(".project-row")
    assert "Deletion in progress" in row.text
    assert [link["href"] for link in row.select("a")] == [f"/project_purges/{purge.uuid}"]
    assert "Permanent deletion of this project is in progress" in browser.get(f"{base}/inbox").text
    assert "Permanent deletion is requested" in browser.get(f"{base}/settings?section=danger").text

    restored = post(browser, f"{base}/restore")
    assert path(restored) == "/projects?filter=archived"
    assert "Shop is being deleted for good and cannot be restored." in restored.follow().text
    assert site.rows(Project)[0].archived_at is not None
    # Asked again, it is the same deletion.
    post(browser, f"{base}/delete", confirmation="Shop")
    assert site.count(ProjectPurge) == 1

    _, stranger = people.newcomer("eve@example.com")
    stranger.get(f"/project_purges/{purge.uuid}", status=404)
    post(stranger, f"/project_purges/{purge.uuid}/retry", status=404)
    _, administrator = people.newcomer("root@example.com", application_admin=True)
    assert "Deletion of Shop" in administrator.get(f"/project_purges/{purge.uuid}").text


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_only_the_owner_deletes(site, people, role):
    project = people.project(people.add("bob@example.com"))
    user, browser = people.newcomer()
    people.join(project, user, role)
    for method, address in (("POST", "/delete"), ("DELETE", "")):
        token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
        browser.request(
            f"/projects/{project.uuid}{address}?confirmation=Shop",
            method=method,
            headers={"X-CSRF-Token": token},
            status=404,
        )
    assert site.count(ProjectPurge) == 0


def test_everything_of_the_project_goes_and_nothing_of_others(shop, site, people, monkeypatch):
    monkeypatch.setattr(runner, "AT_ONCE", 2)
    other = people.project(shop.owner, "Other")
    for token in (shop.token, api_key(site, other)):
        fill(site, token)
    people.join(shop.project, people.add("pat@example.com"), "admin")
    before = rows_of(site, other.id)
    project_id = shop.project.id
    assert {name for name, count in rows_of(site, project_id).items() if count} > {"error_group_people", "trace_spans"}
    post(shop.browser, f"{shop.path}/delete", confirmation="Shop")

    # The first run stops at once, as if its worker had been killed, and the next goes on.
    [purge] = site.rows(ProjectPurge)
    assert progress_of(shop, purge) == ("The deletion begins within a minute.", ["Waiting"] * 8, True)
    runner.run(site.registry.engine, purge.id, site.clock, seconds=0)
    assert site.rows(ProjectPurge)[0].status == "running"
    assert progress_of(shop, purge) == ("The deletion is in progress.", ["Waiting"] * 8, True)
    runner.run_due(site.registry.engine, site.clock)
    [purge] = site.rows(ProjectPurge)
    assert (purge.status, purge.removed["events"], purge.removed["spans"]) == ("running", 6, 1)
    assert site.count(Project) == 2, "requests that were let in may still be writing"
    sentence = "Everything that was there is removed."
    assert progress_of(shop, purge) == (sentence, [*["Done"] * 6, "Working", "Waiting"], True)
    with site.write() as db:
        row = dict(db.execute(select(IngestEvent.__table__)).mappings().first())
        db.execute(insert(IngestEvent).values({**row, "id": row["id"] + 10_000, "project_id": project_id}))

    site.clock.forward(seconds=WAIT.total_seconds())
    tick(site.registry)
    site.registry.actors["logister_core.purges.actors.purge_projects"].fn()
    [purge] = site.rows(ProjectPurge)
    assert (purge.status, purge.removed["events"]) == ("completed", 7)
    assert not any(rows_of(site, project_id).values())
    assert rows_of(site, other.id) == before
    [left] = site.rows(Project)
    assert left.id == other.id
    page = shop.browser.get(f"/project_purges/{purge.uuid}")
    assert "Everything of this project was removed" in page.text
    assert progress_of(shop, purge)[1:] == (["Done"] * 8, False)
    shop.browser.get(shop.path, status=404)
    # Nothing is left to do, and doing it again does nothing.
    runner.run(site.registry.engine, purge.id, site.clock)
    assert site.rows(ProjectPurge)[0].completed_at == purge.completed_at
    [entry] = [entry for entry in site.rows(AuditEntry) if entry.action == "project.purged"]
    assert (entry.actor_email, entry.ip) == (shop.owner.email, "background work")
    assert (entry.subject_kind, entry.subject_uuid, entry.subject_label) == ("project", shop.project.uuid, "Shop")
    assert entry.details == {"purge": str(purge.uuid), "rows_removed": sum(purge.removed.values())}


def test_the_end_is_recorded_also_when_who_asked_is_gone(shop, site):
    post(shop.browser, f"{shop.path}/delete", confirmation="Shop")
    with site.write() as db:
        db.execute(update(ProjectPurge).values(requested_by_id=None))
    site.clock.forward(seconds=WAIT.total_seconds())
    runner.run_due(site.registry.engine, site.clock)
    last = site.rows(AuditEntry)[-1]
    assert (last.action, last.actor_email, last.subject_label) == ("project.purged", "", "Shop")


def test_a_deletion_that_fails_is_told_tried_again_later_and_retried_on_demand(shop, site, monkeypatch):
    fill(site, shop.token)
    post(shop.browser, f"{shop.path}/delete", confirmation="Shop")
    [purge] = site.rows(ProjectPurge)

    def broken(*_):
        raise RuntimeError("disk on fire")

    whole = runner.PORTIONS
    monkeypatch.setattr(runner, "PORTIONS", (*whole[:1], portions.Portion("spans", "Spans", broken)))
    runner.run_due(site.registry.engine, site.clock)
    [failed] = site.rows(ProjectPurge)
    assert (failed.status, failed.attempts, failed.last_error) == ("failed", 1, "RuntimeError: disk on fire")
    assert failed.removed["events"] == 6
    page = shop.browser.get(f"/project_purges/{purge.uuid}")
    assert "RuntimeError: disk on fire" in page.text
    assert page.html.select("[data-refresh]") == []
    assert "Retry deletion" in shop.browser.get("/projects?filter=archived").text

    monkeypatch.setattr(runner, "PORTIONS", whole)
    runner.run_due(site.registry.engine, site.clock)
    assert site.rows(ProjectPurge)[0].status == "failed", "it is too early"
    answer = form_to(page, f"/project_purges/{purge.uuid}/retry").submit()
    assert path(answer) == "/projects?filter=archived"
    site.clock.forward(seconds=WAIT.total_seconds())
    runner.run_due(site.registry.engine, site.clock)
    [done] = site.rows(ProjectPurge)
    assert (done.status, done.last_error, done.removed["events"]) == ("completed", None, 6)

    with site.write() as db:
        db.execute(update(ProjectPurge).values(status="failed", attempts=runner.ATTEMPTS, completed_at=None))
    with site.read() as db:
        assert runner.due(db, site.clock()) == [], "after so many times somebody has to ask"


def progress_of(shop, purge):
    """The first sentence, the state of each step, and whether scripts are to ask again."""
    address = f"/project_purges/{purge.uuid}"
    part = shop.browser.get(address, headers={"X-Fragment": "purge_progress"})
    assert "<html" not in part
    assert shop.browser.get(address, headers={"X-Fragment": "foo"}, status=422).body == b""
    [region] = part.html.select("#purge-progress")
    assert region.get("data-refresh") in (None, address)
    whole = shop.browser.get(address).html
    assert [row.text for row in whole.select("tbody tr")] == [row.text for row in region.select("tbody tr")]
    states = [row.select("td")[-1].text for row in region.select("tbody tr")]
    return region.p.text.partition(". ")[0] + ".", states, region.get("data-refresh") is not None


def fill(site, token):
    """Something of each kind: six events, a span, a group with two occurrences, a monitor, a deployment."""
    for message in ("boom", "boom", "bang"):
        site.send(token, **key_error() | {"message": message})
    site.send(token, event_type="log", message="hello")
    site.send(token, event_type="metric", message="queue", context={"value": 3})
    site.send(token, event_type="span", name="GET /", trace_id="1" * 32, span_id="2" * 16, duration_ms=1.5)
    check_in(site, token, status="error")
    site.project_events()


def rows_of(site, project_id):
    """How many rows each table that knows of projects has of this one."""
    with site.read() as db:
        found = {
            table.name: db.scalar(select(func.count()).select_from(table).where(table.c.project_id == project_id))
            for table in metadata.sorted_tables
            if "project_id" in table.c and table.name != "project_purges"
        }
        groups = metadata.tables["error_groups"]
        for table in metadata.sorted_tables:
            if "error_group_id" in table.c and "project_id" not in table.c:
                of_project = table.c.error_group_id.in_(select(groups.c.id).where(groups.c.project_id == project_id))
                found[table.name] = db.scalar(select(func.count()).select_from(table).where(of_project))
    return found


def post(browser, address, status=303, **fields):
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    return browser.post(address, {"csrf_token": token} | fields, status=status)


def form_to(page, action):
    return next(form for form in page.forms.values() if form.action == action)


def path(answer):
    return answer.location.removeprefix("http://localhost")
