"""One event: its page, its tabs, its neighbours (specification, chapters 20 §14 and 15, 60 §12.4 and 13.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import delete

from factories.errors import frame, group, key_error, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups.models import ErrorOccurrence
from logister_core.ingest.models import IngestEvent, TelemetryIdentity
from support.instance import Instance

UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def tabs(page: Any) -> list[str]:
    return [" ".join(tab.get_text(" ").split()) for tab in page.html.select("[role=tab]")]


def tab(page: Any) -> str:
    [current] = page.html.select("[role=tab][aria-selected=true]")
    return str(current.find(string=True))


def facts(page: Any) -> str:
    return " ".join(page.html.select_one(".detail-facts").get_text(" ").split())


def test_case_60_18_an_error_has_a_page_of_its_own(shop: Shop) -> None:
    uuid = shop.post(**key_error())
    shop.site.project_events()
    page = shop.event(uuid)
    assert page.html.select_one("h1").text == "KeyError: 'customer_id'"
    assert page.html.select_one(".detail-where").text.strip() == "shop/orders.py in process · POST /orders · production"
    assert facts(page).startswith("1 event 1 person first 20 Nov 2026 in 1.4.2 last just now in 1.4.2")
    assert tabs(page) == ["Stack", "Context", "Occurrences 1", "Related", "History"]
    assert tab(page) == "Stack"
    assert page.html.select(".inbox-row") == []
    [current] = page.html.select(".section[aria-current=page]")
    assert "Inbox" in current.text


def test_case_60_18_with_parameters_of_the_inbox_it_leads_there(shop: Shop) -> None:
    found = shop.send()
    answer = shop.event(found.latest_event_uuid, filter="resolved", tab="context", q="x", unknown="y")
    assert answer.status_int == 303
    assert urlsplit(answer.location).path == shop.inbox
    assert parse_qs(urlsplit(answer.location).query) == {
        "filter": ["resolved"],
        "q": ["x"],
        "tab": ["context"],
        "group_uuid": [str(found.uuid)],
        "event_uuid": [str(found.latest_event_uuid)],
    }


def test_case_60_18_the_detail_alone_is_served_by_name(shop: Shop) -> None:
    found = shop.send()
    part = shop.browser.get(f"{shop.path}/events/{found.latest_event_uuid}", headers={"X-Fragment": "error_detail"})
    assert part.html.select_one("h1").text == "boom"
    assert "<html" not in part


@pytest.mark.parametrize("name", ["foo", ""])
def test_case_20_37_an_unknown_part_is_refused_with_an_empty_answer(shop: Shop, name: str) -> None:
    found = shop.send()
    path = f"{shop.path}/events/{found.latest_event_uuid}"
    answer = shop.browser.get(path, headers={"X-Fragment": name}, status=422)
    assert answer.body == b""


@pytest.mark.parametrize("uuid", [UNKNOWN, "nonsense", "1", UNKNOWN.replace("-", "")])
def test_what_does_not_exist_is_not_found(shop: Shop, uuid: str) -> None:
    shop.browser.get(f"{shop.path}/events/{uuid}", status=404)


def test_events_of_other_projects_are_not_found(shop: Shop) -> None:
    other = shop.people.project(shop.owner, "Other")
    uuid = send_error(shop.site, api_key(shop.site, other))
    shop.browser.get(f"{shop.path}/events/{uuid}", status=404)
    _, stranger = shop.people.newcomer("eve@example.com")
    stranger.get(f"/projects/{other.uuid}/events/{uuid}", status=404)


def test_a_span_is_no_event(shop: Shop) -> None:
    shop.post("GET /", event_type="span", context={"trace_id": "t", "span_id": "s"})
    [*identities] = shop.site.rows(TelemetryIdentity)
    assert identities
    for identity in identities:
        shop.browser.get(f"{shop.path}/events/{identity.uuid}", status=404)


def test_an_error_the_worker_has_not_grouped_says_so_and_shows_what_there_is(shop: Shop) -> None:
    page = shop.event(shop.post(**key_error()))
    assert "Not grouped yet" in page
    assert tabs(page) == ["Stack", "Context", "Related"]
    assert "shop/orders.py" in page
    assert page.html.select(".detail-actions") == []


@pytest.mark.parametrize("event_type", ["log", "metric", "transaction", "check_in"])
def test_other_events_start_with_their_context_and_offer_no_decisions(shop: Shop, event_type: str) -> None:
    context = {"check_in_slug": "nightly"} if event_type == "check_in" else {"disk": {"free": "3 GB"}}
    page = shop.event(shop.post("queue is long", event_type=event_type, context=context))
    assert tabs(page) == ["Context", "Related"]
    assert tab(page) == "Context"
    assert page.html.select(".detail-actions") == []
    assert "Not grouped yet" not in page
    [current] = page.html.select(".section[aria-current=page]")
    assert "Events" in current.text


def test_a_tab_that_does_not_exist_falls_back_to_the_first(shop: Shop) -> None:
    found = shop.send()
    assert tab(shop.event(found.latest_event_uuid, tab="bogus")) == "Stack"
    assert tab(shop.event(shop.post(event_type="log"), tab="stacktrace")) == "Context"


def test_the_failing_line_is_marked_and_its_variables_are_shown(shop: Shop) -> None:
    uuid = shop.post(**key_error())
    page = shop.event(uuid)
    [opened] = [found for found in page.html.select("details.frame") if found.has_attr("open")]
    assert opened.select_one(".frame-path").text == "shop/orders.py"
    assert (
        opened.select_one(".line.is-current").get_text().split("failing line: ")[1].startswith("    customer = session")
    )
    assert opened.select_one(".line.is-current")["data-line"] == "47"
    names = [cell.text for cell in opened.select(".frame-variables th")]
    assert names == ["order", "total", "api_token"]
    assert opened.select_one(".redacted").text == "redacted"
    assert page.html.select_one(".frame-fold > summary").text == "3 frames in django"


def test_every_frame_can_be_shown_and_folded_again(shop: Shop) -> None:
    page = shop.event(shop.post(**key_error()))
    switch = page.html.find("a", string="Show all 6 frames")
    whole = shop.browser.get(switch["href"])
    assert whole.html.select(".frame-fold") == []
    assert len(whole.html.select("details.frame")) == 6
    back = shop.browser.get(whole.html.find("a", string="Fold library frames")["href"])
    assert len(back.html.select(".frame-fold")) == 1


def test_case_20_35_chained_exceptions_and_the_traceback_as_text(shop: Shop) -> None:
    context = {
        "exception": {
            "class": "RuntimeError",
            "message": "checkout failed",
            "frames": [frame("a.py", 1, "outer", line="inner()"), frame("b.py", 2, "inner", line="raise error")],
            "cause": {"class": "KeyError", "message": "'x'"},
            "context": {"class": "ValueError", "message": "bad"},
        }
    }
    page = shop.event(shop.post("RuntimeError: checkout failed", context=context))
    links = [(part.select_one(".exception-link").text, part.select_one(".exception-type").text)
             for part in page.html.select(".exception") if part.select_one(".exception-link")]  # fmt: skip
    assert links == [("caused by", "KeyError"), ("raised while handling", "ValueError")]
    [copy] = page.html.select(".stack-head [data-copy]")
    assert copy["data-copy"].splitlines() == [
        "Traceback (most recent call last):",
        '  File "a.py", line 1, in outer',
        "    inner()",
        '  File "b.py", line 2, in inner',
        "    raise error",
        "RuntimeError: checkout failed",
    ]


def test_case_20_34_lines_of_every_notation_become_frames(shop: Shop) -> None:
    lines = [
        "at f (/a/b.js:3:4)",
        'File "/a.py", line 3, in f',
        "at N.C.M() in /a.cs:line 31",
        "app/x.rb:9:in `call'",
        "garbage",
    ]
    page = shop.event(shop.post(context={"exception": {"class": "E", "backtrace": lines}}))
    shown = {found.select_one(".frame-path").text + found.select_one(".frame-line").text
             for found in page.html.select("details.frame")}  # fmt: skip
    assert shown == {"/a/b.js:3", "/a.py:3", "/a.cs:31", "app/x.rb:9"}


def test_an_error_without_a_stack_shows_its_message(shop: Shop) -> None:
    page = shop.event(shop.post("it broke\nin two lines"))
    assert "No stack was sent" in page
    assert page.html.select_one(".detail-panel .code pre").text == "it broke\nin two lines"


def test_nothing_secret_reaches_any_tab(shop: Shop) -> None:
    uuid = shop.post(**key_error())
    shop.site.project_events()
    for name in ("stacktrace", "context", "occurrences", "related_logs"):
        page = shop.event(uuid, tab=name)
        assert "hunter2" not in page
        assert "person@example.com" not in page
    assert "redacted" in shop.event(uuid, tab="context")


def test_an_api_key_of_ours_inside_a_text_is_hidden_everywhere(shop: Shop) -> None:
    context = {"request_id": "r", "exception": {"class": "E", "message": f"with {shop.token}"}}
    uuid = shop.post(f"failed with {shop.token}", context=context)
    shop.post(f"sent with {shop.token}", event_type="log", context={"request_id": "r"})
    shop.site.project_events()
    for name in ("stacktrace", "context", "occurrences", "related_logs"):
        assert shop.token not in shop.open(tab=name, event_uuid=uuid)


def test_case_20_30_context_is_shown_redacted_and_class_names_are_not(shop: Shop) -> None:
    context = {"token": "x9x", "request": {"headers": {"Authorization": "Bearer y9y"}}, "class_name": "Checkout"}
    page = shop.event(shop.post(context=context), tab="context")
    assert "x9x" not in page
    assert "y9y" not in page
    raw = page.html.select_one(".raw-json pre").text
    assert '"token": "[REDACTED]"' in raw
    assert '"class_name": "Checkout"' in raw


def test_case_20_32_occurrences_are_paged_and_their_ends_are_named(shop: Shop) -> None:
    for number in range(52):
        shop.post(fingerprint="f", at=shop.site.clock() - timedelta(minutes=number), message=f"number {number}")
    shop.site.project_events()
    page = shop.open(tab="occurrences")
    rows = page.html.select(".table tbody tr")
    assert len(rows) == 50
    assert rows[0].select_one(".sub").text == "Selected · Latest in scope"
    assert "Occurrences 52" in tabs(page)
    [older] = page.html.select(".inbox-detail .pagination a[rel=next]")
    rest = shop.browser.get(older["href"])
    rows = rest.html.select(".table tbody tr")
    assert [row.select("td")[0].text for row in rows] == ["number 50", "number 51"]
    assert rows[1].select_one(".sub").text == "First in scope"
    assert rows[0].select_one(".sub") is None
    again = shop.open(tab="occurrences", occurrence_cursor=UNKNOWN)
    assert len(again.html.select(".table tbody tr")) == 50


def test_an_occurrence_in_the_list_leads_to_its_event_in_the_inbox(shop: Shop) -> None:
    early = shop.post(fingerprint="f", at=shop.site.clock() - timedelta(hours=1), context={"request_id": "early"})
    shop.post(fingerprint="f")
    shop.site.project_events()
    link = shop.open(tab="occurrences").html.select(".table tbody a")[1]["href"]
    assert urlsplit(link).path == shop.inbox
    assert parse_qs(urlsplit(link).query)["event_uuid"] == [str(early)]
    assert tab(shop.browser.get(link)) == "Stack"


def test_older_and_newer_step_through_the_occurrences_and_stay_on_the_tab(shop: Shop) -> None:
    times = [shop.site.clock() - timedelta(minutes=number) for number in (2, 1, 1)]
    first, second, third = (shop.post(fingerprint="f", at=time) for time in times)
    shop.site.project_events()

    def step(page: Any, rel: str) -> Any:
        links = page.html.select(f".detail-stepper a[rel={rel}]")
        return shop.browser.get(links[0]["href"]) if links else None

    page = shop.event(third, tab="context")
    assert step(page, "next") is None
    page = step(page, "prev")
    assert str(second) in page.request.path
    page = step(page, "prev")
    assert str(first) in page.request.path
    assert tab(page) == "Context"
    assert step(page, "prev") is None
    assert str(second) in step(page, "next").request.path


def test_case_20_33_logs_of_the_same_request_within_five_minutes(shop: Shop) -> None:
    now = shop.site.clock()
    uuid = shop.post(context={"request_id": "r-1", "user_id": "7"}, at=now)
    near = {"event_type": "log", "context": {"request_id": "r-1"}}
    shop.post("four minutes later", at=now + timedelta(minutes=4), **near)
    shop.post("four minutes before", at=now - timedelta(minutes=4), **near)
    shop.post("six minutes later", at=now + timedelta(minutes=6), **near)
    shop.post("another request", at=now, event_type="log", context={"request_id": "r-2"})
    shop.post("the same person", at=now, event_type="log", context={"user_id": "7"})
    shop.post("no log", at=now, event_type="metric", context={"request_id": "r-1"})
    foreign = api_key(shop.site, shop.people.project(shop.owner, "Other"))
    shop.site.send(foreign, message="of another project", **near)
    page = shop.event(uuid, tab="related_logs")
    lines = [line.text for line in page.html.select(".log-message")]
    assert lines == ["four minutes before", "the same person", "four minutes later"]
    whole = [" ".join(line.get_text(" ").split()) for line in page.html.select(".log > p")]
    assert whole[2].startswith("This event")
    assert page.html.select_one(".log-time").text == "−4 min"


def test_an_event_without_ids_explains_why_no_logs_are_related(shop: Shop) -> None:
    page = shop.event(shop.post(), tab="related_logs")
    assert "no trace, request, session or user id" in page


def test_of_many_logs_the_nearest_fifty_are_shown(shop: Shop) -> None:
    now = shop.site.clock()
    uuid = shop.post(context={"request_id": "r"}, at=now)
    for number in range(60):
        at = now - timedelta(seconds=number + 1)
        shop.post(f"line {number}", event_type="log", at=at, context={"request_id": "r"})
    lines = [line.text for line in shop.event(uuid, tab="related_logs").html.select(".log-message")]
    assert lines == [f"line {number}" for number in reversed(range(50))]


def test_a_group_whose_events_are_gone_can_still_be_decided_about(shop: Shop) -> None:
    shop.send()
    with shop.site.write() as db:
        for table in (ErrorOccurrence, TelemetryIdentity, IngestEvent):
            db.execute(delete(table))
    page = shop.open()
    assert page.html.select_one(".detail-title").text == "boom"
    assert "Its events are gone" in page
    assert tabs(page) == []
    shop.press(page, "Resolve")
    assert group(shop.site).status == "resolved"


def test_what_decided_about_the_group_can_be_looked_up(shop: Shop) -> None:
    shop.post(**key_error())
    shop.site.project_events()
    disclosure = shop.open().html.select_one(".grouped-by")
    assert disclosure.select_one("summary").text == "Grouped by exception type and stack"
    assert "shop/orders.py in process" in disclosure.text


def test_case_60_40_times_are_machine_readable_with_utc_text(shop: Shop) -> None:
    found = shop.send()
    page = shop.event(found.latest_event_uuid, tab="occurrences")
    times = page.html.select(".table time")
    assert times[0]["datetime"] == "2026-11-20T12:00:00.000Z"
    assert times[0].text == "20 Nov 2026, 12:00:00 UTC"


@pytest.mark.parametrize(
    "context",
    [
        {"exception": "a word"},
        {"exception": {"class": 5, "frames": "x", "cause": [1]}},
        {"exception": {"frames": [None, 1, {"filename": {}, "lineno": "x"}], "inner_exceptions": [[], {}]}},
        {"request": [1, 2], "headers": "x", "params": None, "user": ["a"], "tags": "x"},
        {"route": {"name": {}}, "path": 5, "url": "http://[broken", "method": {}},
        {"telemetry_evidence": "mine", "transaction_name": ["x"], "release": {}},
        {"a": {"b": [[[[]]], {"": {"": ""}}]}, "": "", " ": None},
    ],
)
def test_hostile_shapes_are_shown_without_failing(shop: Shop, context: dict[str, Any]) -> None:
    answer = shop.site.send(shop.token, message="boom", context=context)
    if answer.status_int == 422:
        pytest.skip("refused at intake")
    shop.site.project_events()
    for name in ("stacktrace", "context", "occurrences", "related_logs"):
        shop.event(answer.json["id"], tab=name)
