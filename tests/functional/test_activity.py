"""The Events page (specification, web chapter §13.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from factories.projects import api_key
from logister_core.events.activity import queries
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from support.instance import Instance


def address(of: Project, rest: str = "") -> str:
    return f"/projects/{of.uuid}/activity{rest}"


@pytest.fixture
def shop(site: Instance, people: Any) -> tuple[Project, Any, str]:
    """A project, its owner's browser and a token."""
    ana, browser = people.newcomer()
    project = people.project(ana)
    return project, browser, api_key(site, project)


def log(site: Instance, token: str, message: str, **event: Any) -> Any:
    answer = site.send(token, **{"event_type": "log", "level": "info", "message": message} | event)
    assert answer.status_int == 201
    return answer


def messages(page: Any) -> list[str]:
    return [found.get_text() for found in page.html.select(".event-row .log-message")]


def line(page: Any, row: int = 0) -> str:
    """What is read in a closed line."""
    return " ".join(page.html.select(".event-row summary")[row].get_text(" ").split())


def searched(page: Any) -> str:
    return str(page.html.select_one(".event-searched").get_text())


def bodies(page: Any) -> list[str]:
    return [found["data-event"] for found in page.html.select(".event-row details")]


def test_events_are_listed_newest_first_without_errors(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    for event_type in ("metric", "transaction", "check_in", "error", "log"):
        log(site, token, f"a {event_type}", event_type=event_type)
        site.clock.forward(minutes=1)
    page = browser.get(address(project))
    assert messages(page) == ["a log", "a check_in", "a transaction", "a metric"]
    types = [found.get_text() for found in page.html.select(".event-row .event-type")]
    assert types == ["log", "check-in", "transaction", "metric"]
    current = page.html.find("nav", {"class": "sections"}).find("a", {"aria-current": "page"})
    assert current["href"] == address(project)


def test_a_line_says_what_happened_and_leads_to_the_event(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    context = {"duration_ms": 182.5, "status": 503, "service": "web", "environment": "staging", "release": "1.4.2"}
    answer = log(site, token, "POST /orders", event_type="transaction", level="error", context=context)
    page = browser.get(address(project))
    assert line(page) == "20 Nov, 12:00:00 transaction error POST /orders 503 · 182 ms · staging web 1.4.2"
    link = page.html.select(".event-row a")[0]["href"]
    assert link == f"/projects/{project.uuid}/events/{answer.json['id']}"
    assert browser.get(link).status_int == 200


def test_only_the_first_line_of_a_message_is_shown(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    log(site, token, "\n  first line  \nsecond line")
    log(site, token, "x" * 60_000)
    listed = sorted(messages(browser.get(address(project))), key=len)
    assert listed[0] == "first line"
    assert len(listed[1]) == 300


def test_hostile_text_is_shown_as_text(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    log(site, token, "<script>alert(1)</script>", level='"><script>', context={"service": "<script>"})
    page = browser.get(address(project), {"q": "<script>", "environment": "", "release": ""})
    assert messages(page) == ["<script>alert(1)</script>"]
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"event_type": "log"}, ["Quick start"]),
        ({"event_type": "metric"}, ["queue.depth"]),
        ({"event_type": "nonsense"}, ["queue.depth", "Quick start"]),
        ({"environment": "production"}, ["Quick start"]),
        ({"environment": "staging"}, ["queue.depth"]),
        ({"environment": "stag"}, []),
        ({"release": "1.4.2"}, ["Quick start"]),
        ({"q": "QUICK"}, ["Quick start"]),
        ({"q": "warn"}, ["Quick start"]),
        ({"q": "GET /x"}, ["Quick start"]),
        ({"q": "1.4"}, ["Quick start"]),
        ({"q": "queue.d"}, ["queue.depth"]),
        ({"q": "queue_d"}, []),
        ({"q": "%"}, []),
        ({"event_type": "log", "environment": "production", "release": "1.4.2", "q": "start"}, ["Quick start"]),
    ],
)
def test_filters_narrow_the_list(site: Instance, shop: Any, filters: dict[str, str], found: list[str]) -> None:
    project, browser, token = shop
    log(site, token, "Quick start", level="warning", context={"release": "1.4.2", "transaction_name": "GET /x"})
    site.clock.forward(seconds=1)
    log(site, token, "queue.depth", event_type="metric", level=None, context={"environment": "staging", "value": 3})
    page = browser.get(address(project), filters)
    assert messages(page) == found
    assert ("No events match these filters." in page.text) == (not found)


def test_the_period_is_a_day_unless_asked_otherwise(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    for days, message in ((100, "old"), (40, "month"), (20, "weeks"), (3, "days"), (0, "today")):
        log(site, token, message, occurred_at=(site.clock() - timedelta(days=days)).isoformat())

    def listed(period: str | None) -> int:
        return len(messages(browser.get(address(project), {"period": period} if period else {})))

    assert [listed(period) for period in (None, "nonsense", "24h", "7d", "30d", "90d", "all")] == [1, 1, 1, 2, 3, 4, 5]


def test_pages_lead_on_and_back_with_the_filters_kept(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    moment = site.clock().isoformat()
    for number in range(7):
        # Pairs at the same moment and of two types, which pages must neither lose nor repeat.
        log(site, token, f"event {number}", event_type="log" if number % 2 else "metric", occurred_at=moment)
        if number % 2:
            moment = site.clock.forward(seconds=1).isoformat()
    log(site, token, "hidden", context={"environment": "staging"})

    first = browser.get(address(project), {"per_page": "3", "environment": "production"})
    assert messages(first) == ["event 6", "event 5", "event 4"]
    assert first.html.find("a", {"rel": "prev"}) is None
    second = first.click("Older")
    assert messages(second) == ["event 3", "event 2", "event 1"]
    third = second.click("Older")
    assert messages(third) == ["event 0"]
    assert third.html.find("a", {"rel": "next"}) is None
    assert messages(third.click("Newer")) == ["event 3", "event 2", "event 1"]
    back = third.click("Newer").click("Newer")
    assert messages(back) == ["event 6", "event 5", "event 4"]
    assert back.html.find("a", {"rel": "prev"}) is None

    after = second.html.find("a", {"rel": "prev"})["href"]
    both = browser.get(after + "&" + second.html.find("a", {"rel": "next"})["href"].split("?")[1])
    assert messages(both) == ["event 6", "event 5", "event 4"]


def test_newer_leads_to_the_page_right_above_also_when_more_has_arrived(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    for number in range(4):
        log(site, token, f"event {number}")
        site.clock.forward(seconds=1)
    second = browser.get(address(project), {"per_page": "3"}).click("Older")
    assert messages(second) == ["event 0"]
    log(site, token, "event 4")
    assert messages(second.click("Newer")) == ["event 3", "event 2", "event 1"]


@pytest.mark.parametrize("cursor", ["x", "0", "AAAA", "§", "MSAx" * 40, "OTk5OTk5OTk5OTk5OTk5OTk5IDE"])
def test_a_cursor_that_is_none_leads_to_the_first_page(site: Instance, shop: Any, cursor: str) -> None:
    project, browser, token = shop
    log(site, token, "here")
    assert messages(browser.get(address(project), {"before": cursor})) == ["here"]
    assert messages(browser.get(address(project), {"after": cursor})) == ["here"]


def test_case_60_22_rows_for_each_page_can_be_chosen(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    site.send(token, message="an error")
    for number in range(60):
        log(site, token, f"metric {number}", event_type="metric")
        site.clock.forward(seconds=1)
    page = browser.get(address(project), {"event_type": "metric", "period": "7d", "q": "metric"})
    assert len(messages(page)) == 50
    fewer = page.click("^25$")
    older = fewer.click("Older")
    assert [len(messages(found)) for found in (fewer, older, older.click("Older"))] == [25, 25, 10]
    for kept in ("event_type=metric", "period=7d", "q=metric", "per_page=25"):
        assert kept in older.request.query_string
    assert len(messages(browser.get(address(project), {"per_page": "1000"}))) == 50
    assert len(messages(browser.get(address(project), {"per_page": "100", "event_type": "error"}))) == 60


def test_case_60_23_an_empty_page_says_why(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    never = browser.get(address(project))
    assert "No events yet" in never.text
    assert "python -m pip install logister-python" in never.text
    assert never.html.main.find("a", href="https://logister.org/docs/integrations/python/")
    assert 'curl -X POST "http://localhost:6543/api/v1/ingest_events"' in never.html.find("pre").get_text()
    # Errors are on another page.
    site.send(token)
    assert "No events yet" in browser.get(address(project)).text

    log(site, token, "old", occurred_at=(site.clock() - timedelta(days=2)).isoformat())
    window = browser.get(address(project))
    assert "No events occurred in this window." in window.text
    assert "Choose a longer period or All time." in window.text
    assert messages(window.click("All time")) == ["old"]
    assert "No events match these filters." in browser.get(address(project), {"q": "nothing", "period": "all"}).text


def test_filters_can_be_reset(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    log(site, token, "here")
    plain = browser.get(address(project))
    assert plain.html.find("a", string="Reset") is None
    narrowed = browser.get(address(project), {"q": "nothing", "per_page": "25"})
    reset = narrowed.click("Reset", index=0)
    assert messages(reset) == ["here"]
    assert reset.request.query_string == "per_page=25"


def test_events_of_other_projects_are_not_listed(site: Instance, people: Any, shop: Any) -> None:
    project, browser, _ = shop
    other = people.project(people.add("ben@example.com"), "Other")
    log(site, api_key(site, other), "secret of others")
    page = browser.get(address(project), {"period": "all", "q": ""})
    assert "No events yet" in page.text
    assert "secret of others" not in page.text


def test_who_does_not_belong_to_the_project_finds_nothing(site: Instance, people: Any, shop: Any) -> None:
    project, _, token = shop
    log(site, token, "secret")
    _, stranger = people.newcomer("ben@example.com")
    assert stranger.get(address(project), status="*").status_int == 404
    assert stranger.get("/projects/nonsense/activity", status="*").status_int == 404
    assert site.browser().get(address(project), status="*").location.startswith("http://localhost/users/sign_in")


def test_a_viewer_may_look(site: Instance, people: Any, shop: Any) -> None:
    project, _, token = shop
    log(site, token, "for all of us")
    ben, browser = people.newcomer("ben@example.com")
    people.join(project, ben, "viewer")
    assert messages(browser.get(address(project))) == ["for all of us"]


def test_filters_can_be_typed_and_show_as_chips(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    log(site, token, "slow query on orders", level="warning", context={"environment": "staging", "service": "web"})
    log(site, token, "slow query on people", level="warning", context={"service": "web"})
    log(site, token, "slow query on people", level="info", context={"environment": "staging"})
    page = browser.get(address(project))
    form = page.forms[0] if "q" in page.forms[0].fields else page.forms[1]
    form["q"] = "level:warn slow query env:staging type:log"
    found = form.submit()
    assert messages(found) == ["slow query on orders"]
    # What was typed as a filter has become one; the field keeps the text.
    assert found.html.find(id="search")["value"] == "slow query"
    assert found.html.find("nav", {"aria-label": "Event type"}).find(attrs={"aria-current": True}).text == "Logs"
    chips = [" ".join(chip.get_text(" ").split()) for chip in found.html.select(".chips a")]
    assert chips == ["Remove level:warn", "Remove env:staging", "Remove “slow query”"]
    assert messages(found.click("env:staging")) == ["slow query on people", "slow query on orders"]


def test_text_that_looks_like_a_filter_is_found_between_quotes(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    log(site, token, "bad query level:error in url")
    log(site, token, "other", level="error")
    page = browser.get(address(project), {"q": '"level:error"'})
    assert messages(page) == ["bad query level:error in url"]
    assert page.html.find(id="search")["value"] == '"level:error"'


def test_a_search_that_takes_too_long_stops_and_goes_on_from_there(
    site: Instance, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, browser, token = shop
    monkeypatch.setattr(queries, "STEP", 4)
    monkeypatch.setattr(queries, "MOST_STEPS", 0)
    for number in range(10):
        log(site, token, "the needle" if number in (0, 1, 5) else "hay", event_type="metric" if number == 1 else "log")
        site.clock.forward(minutes=1)
    first = browser.get(address(project), {"q": "needle"})
    # The metric lies beyond what was looked at of the logs, so it is not listed before them.
    assert messages(first) == []
    assert "No match so far." in first.text
    second = first.click("Search older events")
    assert messages(second) == ["the needle"]
    assert searched(second) == "Searched back to 20 Nov 2026, 12:02:00 UTC; there may be more."
    third = second.click("Search older")
    assert messages(third) == ["the needle", "the needle"]
    assert third.html.find("a", {"rel": "next"}) is None
    # And the way back, in parts as well.
    up = third.click("Newer")
    assert messages(up) == ["the needle"]
    assert searched(up) == "Searched up to 20 Nov 2026, 12:05:00 UTC; there may be more."
    assert messages(up.click("Search newer")) == []

    monkeypatch.setattr(queries, "MOST_STEPS", 10)
    monkeypatch.setattr(queries, "PATIENCE", 60)
    assert messages(browser.get(address(project), {"q": "needle"})) == ["the needle"] * 3


def test_the_work_of_a_page_does_not_grow_with_the_events(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    counted: list[str] = []
    event.listen(site.registry.engine, "before_cursor_execute", lambda *said: counted.append(said[2]))

    def statements(**params: str) -> int:
        counted.clear()
        browser.get(address(project), params)
        return len(counted)

    log(site, token, "one")
    narrow = {"q": "one", "environment": "production", "level": "info", "service": "web"}
    few = statements(), statements(q="one", environment="production"), statements(**narrow)
    for number in range(60):
        log(site, token, f"one of {number}", event_type="metric" if number % 2 else "log")
    assert (statements(), statements(q="one", environment="production"), statements(**narrow)) == few


def test_a_line_opens_in_place_for_scripts_and_leads_to_the_page_for_others(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    context = {"password": "hunter2", "cart": {"items": 3}, "environment": "staging", "service": "web"}
    log(site, token, "first line\nsecond <b>line</b>", context=context)
    site.send(token)
    page = browser.get(address(project), {"service": "web"})
    [inside] = bodies(page)
    opened = browser.get(inside, headers={"X-Fragment": "activity_event"})
    assert "second &lt;b&gt;line&lt;/b&gt;" in opened.text
    assert "hunter2" not in opened.text
    assert "<html" not in opened.text
    # Its values lead to more of the kind; the filter that is set already does not.
    links = {link.text: link["href"] for link in opened.html.select("a.chip")}
    assert list(links) == ["level:info", "env:staging"]
    assert "service=web" in links["env:staging"]
    assert messages(browser.get(links["env:staging"])) == ["first line"]
    assert browser.get(inside, headers={"X-Fragment": "error_detail"}, status=422).body == b""
    assert browser.get(inside, status=303).follow().status_int == 200
    [error] = [row for row in site.rows(IngestEvent) if row.event_type == "error"]
    browser.get(address(project, f"/{error.uuid}"), status=404)
    browser.get(address(project, "/nonsense"), status=404)


def test_a_tail_gets_what_came_since_and_what_came_late(site: Instance, shop: Any) -> None:
    project, browser, token = shop
    log(site, token, "shown")
    page = browser.get(address(project), {"event_type": "log"})
    follow = page.html.find("button", {"data-follow": True})
    site.clock.forward(seconds=20)
    log(site, token, "late", occurred_at=(site.clock() - timedelta(seconds=25)).isoformat())
    log(site, token, "new")
    log(site, token, "of another type", event_type="metric")

    def tail(name: str = "activity_rows", **options: Any) -> Any:
        separator = "&" if "?" in follow["data-follow"] else "?"
        target = f"{follow['data-follow']}{separator}after={follow['data-follow-from']}"
        return browser.get(target, headers={"X-Fragment": name}, **options)

    assert [found.get_text() for found in tail().html.select(".log-message")] == ["new", "shown", "late"]
    assert "<html" not in tail().text
    assert tail("project_inbox", status=422).body == b""
    site.clock.forward(minutes=5)
    log(site, token, "much later")
    older = browser.get(address(project), {"per_page": "1"}).click("Older")
    assert older.html.find("button", {"data-follow": True}) is None


def test_somebody_without_events_can_follow_too(site: Instance, shop: Any) -> None:
    project, browser, _ = shop
    assert browser.get(address(project)).html.find("button", {"data-follow": True})["data-follow-from"]
