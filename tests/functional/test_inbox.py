"""The list of errors: filters, search, pages, selection (specification, chapters 20 §8 and 60 §12)."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import update
from sqlalchemy.orm import Session

from factories.errors import group, groups, key_error, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups.inbox_cursor import InboxCursors
from logister_core.error_groups.inbox_scope import InboxScope
from logister_core.error_groups.inbox_state import SORTS, InboxState
from logister_core.error_groups.queries import InboxQuery
from logister_core.error_groups.search.parser import parse
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from logister_core.projects.people import Person
from logister_core.security.tokens import Signer
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


def query(shop: Shop, db: Session, page_size: int = 100) -> InboxQuery:
    """Pages of another size."""
    return InboxQuery(db, shop.site.clock, InboxCursors(Signer("s" * 32, "test")), page_size=page_size)


def all_titles(shop: Shop, page_size: int, **state: str) -> list[list[str]]:
    """The titles of every page of a list, one list for each page."""
    viewer = Person(shop.owner.id, shop.owner.uuid, shop.owner.name, shop.owner.email)
    scope = InboxScope(shop.project.uuid, {shop.project.id: shop.project}, [viewer], viewer)
    found, cursor = [], ""
    with shop.site.read() as db:
        while True:
            wanted = InboxState(cursor=cursor, **state)
            page = query(shop, db, page_size).page(scope, wanted, parse(wanted.q))
            found.append([group.title for group in page.groups])
            cursor = page.next_cursor
            if not cursor:
                return found


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def titles(page: Any) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.html.select(".inbox-title")]


def counts(page: Any) -> dict[str, str]:
    return {link.find(string=True).strip(): link.get_text(" ").split()[-1] for link in page.html.select(".filter")}


def selected(page: Any) -> list[str]:
    return [" ".join(link.get_text(" ").split()) for link in page.html.select(".inbox-link[aria-current]")]


def test_case_60_13_one_sent_error_is_one_row_and_its_stack_is_open(shop: Shop) -> None:
    shop.post(**key_error())
    shop.site.project_events()
    page = shop.open()
    assert titles(page) == ["KeyError 'customer_id'"]
    [row] = page.html.select(".inbox-row")
    assert row.select_one(".inbox-where").text == "shop/orders.py in process · POST /orders"
    assert row.select_one(".inbox-events .count").text == "1"
    assert row.select_one(".inbox-note").text.strip() == "new"
    assert selected(page) == ["KeyError 'customer_id'"]
    assert page.html.select_one("[role=tab][aria-selected=true]").text == "Stack"
    assert len(page.html.select("h1")) == 1


def test_a_project_that_only_logs_is_led_to_its_events(shop: Shop) -> None:
    shop.post("hello", event_type="log")
    page = shop.open()
    assert "No open errors" in page
    assert page.html.select_one(".empty-next a")["href"] == f"/projects/{shop.project.uuid}/activity"


def test_a_project_without_anything_is_taught_to_send(shop: Shop) -> None:
    page = shop.open()
    assert "Nothing has arrived yet" in page
    assert page.html.select_one(".empty-next a")["href"] == f"/projects/{shop.project.uuid}/setup"
    assert "/api/v1/ingest_events" in page.html.select_one(".command").text


def test_errors_the_worker_has_not_grouped_yet_are_announced(shop: Shop) -> None:
    shop.post("boom")
    assert "Errors have arrived and are being grouped" in shop.open()


def test_a_list_that_is_empty_for_now_says_so_and_stays_calm(shop: Shop) -> None:
    shop.send("boom")
    page = shop.open(filter="ignored")
    assert "Nothing is ignored" in page
    assert page.html.select(".command") == []


@pytest.mark.parametrize("value", ["bogus", "", "unresolved"])
def test_case_60_14_a_bad_filter_behaves_as_open(shop: Shop, value: str) -> None:
    shop.send("boom")
    page = shop.open(filter=value)
    assert titles(page) == ["boom"]
    current = page.html.select(".filter[aria-current=page]")
    assert [link.find(string=True).strip() for link in current] == ["Open"]
    assert len(page.html.select(".inbox-link[aria-current=true]")) == 1


def test_case_20_22_new_today_lists_open_errors_first_seen_since_midnight(shop: Shop) -> None:
    shop.send("today")
    shop.send("closed today")
    shop.send("yesterday", ago=timedelta(hours=12, seconds=1))
    shop.set("closed today", status="resolved")
    assert titles(shop.open(filter="introduced_today")) == ["today"]


def test_case_20_22_counts_ignore_the_search(shop: Shop) -> None:
    shop.send("first")
    shop.send("second")
    page = shop.open(q="first")
    assert titles(page) == ["first"]
    assert counts(page)["Open"] == "2"
    assert counts(page)["New today"] == "2"


def test_every_filter_shows_its_own_groups(shop: Shop) -> None:
    for status in ("unresolved", "resolved", "ignored", "archived"):
        shop.send(f"is {status}")
        shop.set(f"is {status}", status=status)
    for status in ("unresolved", "resolved", "ignored", "archived"):
        assert titles(shop.open(filter=status)) == [f"is {status}"]
    assert len(titles(shop.open(filter="all"))) == 4


@pytest.mark.parametrize(
    "wanted",
    ["CUSTOMER_id", "keyerr", "shop/ORDERS.py", "fp-one", "stag"],
    ids=["title", "type", "culprit", "fingerprint", "environment"],
)
def test_a_search_looks_into_title_type_place_key_and_environment(shop: Shop, wanted: str) -> None:
    shop.post(fingerprint="fp-one", **key_error(environment="staging"))
    shop.send("something else")
    assert titles(shop.open(q=wanted)) == ["KeyError 'customer_id'"]


@pytest.mark.parametrize("wanted", ["100%", "a_b", "c\\d", "/"])
def test_a_search_takes_every_character_literally(shop: Shop, wanted: str) -> None:
    shop.send(f"before {wanted} after")
    shop.send("100 aXb cXd")
    assert titles(shop.open(q=wanted)) == [f"before {wanted} after"]


def test_a_search_without_result_offers_to_clear_it(shop: Shop) -> None:
    shop.send("boom")
    page = shop.open(q="<b>nothing</b>", filter="all")
    assert "No match" in page
    assert "<b>nothing" not in page
    link = page.html.select_one(".empty-next a")
    assert link.text == "Clear search"
    assert titles(shop.browser.get(link["href"])) == ["boom"]
    assert "filter=all" in link["href"]


def test_a_search_keeps_the_status_and_the_status_keeps_the_search(shop: Shop) -> None:
    shop.send("boom")
    page = shop.open(filter="all", q="boom")
    assert page.html.select_one("form[role=search] input[name=filter]")["value"] == "all"
    link = page.html.find("a", class_="filter", string=lambda text: text and "Resolved" in text)
    assert parse_qs(urlsplit(link["href"]).query) == {"filter": ["resolved"], "q": ["boom"]}


def test_case_20_23_pages_follow_each_other(shop: Shop) -> None:
    shop.send("older", ago=timedelta(hours=1))
    shop.send("newer")
    assert all_titles(shop, 1) == [["newer"], ["older"]]


def test_every_order_shows_each_group_once_whatever_the_size_of_its_pages(shop: Shop) -> None:
    for number in range(7):
        # Last seen in the same moment, in groups of three sizes.
        shop.send(f"at once {number}", fingerprint=str(number), ago=timedelta(hours=number % 3))
        for _ in range(number % 3):
            shop.post(f"at once {number}", fingerprint=str(number))
    shop.site.project_events()
    shop.set("at once 4", current_regression={"release": "2.0"}, regression_count=1)
    shop.set("at once 5", first_seen_at=shop.site.clock() - timedelta(days=2))
    for sort in SORTS:
        [whole] = all_titles(shop, 100, sort=sort)
        assert len(whole) == 7 == len(set(whole)), sort
        assert list(chain(*all_titles(shop, 2, sort=sort))) == whole, sort
    assert all_titles(shop, 100, sort="events")[0][:2] == ["at once 5", "at once 2"]
    assert all_titles(shop, 100, sort="attention")[0][0] == "at once 4"
    assert all_titles(shop, 100, sort="attention")[0][-1] == "at once 5"
    assert all_titles(shop, 100, sort="first_seen")[0][-1] == "at once 5"


def test_the_order_is_chosen_in_the_page_and_kept_by_its_links(shop: Shop) -> None:
    shop.send("often", fingerprint="often", ago=timedelta(hours=2))
    shop.send("often", fingerprint="often", ago=timedelta(hours=1))
    shop.send("once")
    [form] = [form for form in shop.open().forms.values() if "sort" in form.fields]
    form["sort"] = "events"
    page = form.submit()
    assert titles(page) == ["often", "once"]
    assert page.html.select_one("select[name=sort] option[selected]")["value"] == "events"
    assert all("sort=events" in link["href"] for link in page.html.select(".filter, .inbox-link"))


def test_case_60_16_and_20_23_a_hundred_and_one_groups_are_two_pages_of_one_list(shop: Shop) -> None:
    for number in range(101):
        shop.post(f"fault {number}", fingerprint=f"f{number}")
    shop.site.project_events()
    page = shop.open()
    assert len(titles(page)) == 100
    [older] = page.html.select(".inbox-list-pane .pagination a[rel=next]")
    assert older.text == "Next 100 issues"
    rest = shop.browser.get(older["href"])
    assert len(titles(rest)) == 1
    assert [link.text for link in rest.html.select(".inbox-list-pane .pagination a")] == ["First page"]
    for other in ("filter=all", "sort=events", "q=fault", "assignee=unassigned"):
        # A cursor fits one list: another one begins at its beginning.
        assert len(titles(shop.browser.get(f"{older['href']}&{other}"))) == 100, other


def test_case_20_25_the_trend_of_one_event_now(shop: Shop) -> None:
    shop.send("boom")
    with shop.site.read() as db:
        assert query(shop, db).trends([group(shop.site)]) == {group(shop.site).id: [0, 0, 0, 0, 0, 0, 1]}
    assert "Events per day: 0, 0, 0, 0, 0, 0, 1; total 1" in shop.open()


def test_the_trend_counts_days_from_midnight_utc(shop: Shop) -> None:
    midnight = shop.site.clock().replace(hour=0)
    for ago in (timedelta(0), timedelta(microseconds=1), timedelta(days=6), timedelta(days=6, microseconds=1)):
        shop.post("boom", at=midnight - ago)
    shop.site.project_events()
    with shop.site.read() as db:
        [trend] = query(shop, db).trends([group(shop.site)]).values()
    assert trend == [1, 0, 0, 0, 0, 1, 1]


def test_case_20_26_an_event_of_another_group_is_ignored(shop: Shop) -> None:
    shop.send("first")
    shop.send("second")
    found = groups(shop.site)
    page = shop.open(group_uuid=found["first"].uuid, event_uuid=found["second"].latest_event_uuid)
    assert selected(page) == ["first"]
    assert page.html.select_one("h1").text == "first"


def test_an_older_event_of_the_group_is_shown_when_asked_for(shop: Shop) -> None:
    shop.send("first words", fingerprint="f", ago=timedelta(hours=2), context={"request_id": "early-one"})
    shop.send("last words", fingerprint="f", context={"request_id": "late-one"})
    early = shop.site.rows(IngestEvent)[0]
    page = shop.open(group_uuid=group(shop.site).uuid, event_uuid=early.uuid, tab="context")
    assert "early-one" in page
    assert "late-one" not in page


@pytest.mark.parametrize("wanted", ["00000000-0000-7000-8000-000000000000", "nonsense", ""])
def test_case_60_15_a_group_that_is_not_on_the_page_selects_nothing(shop: Shop, wanted: str) -> None:
    shop.send("boom")
    page = shop.open(group_uuid=wanted)
    assert selected(page) == []
    assert page.html.select(".inbox-detail") == []
    assert page.html.select_one("h1").text == "Inbox"


def test_case_60_15_a_group_of_another_project_is_not_shown(shop: Shop, people: Any) -> None:
    other = people.project(shop.owner, "Other")
    send_error(shop.site, api_key(shop.site, other), "secret of others")
    page = shop.open(group_uuid=group(shop.site).uuid)
    assert "secret of others" not in page


def test_case_60_17_the_old_address_leads_to_the_inbox_with_its_parameters(shop: Shop) -> None:
    answer = shop.browser.get(f"/projects/{shop.project.uuid}/events?filter=resolved&q=x&group_uuid=abc")
    assert answer.status_int == 303
    assert answer.location.endswith(f"{shop.inbox}?filter=resolved&q=x&group_uuid=abc")


@pytest.mark.parametrize("place", ["inbox", "events"])
def test_case_60_17_a_part_of_the_page_is_served_by_name_only(shop: Shop, place: str) -> None:
    shop.send("boom")
    path = f"/projects/{shop.project.uuid}/{place}"
    part = shop.browser.get(path, headers={"X-Fragment": "project_inbox"})
    assert titles(part) == ["boom"]
    assert "<html" not in part
    assert part.headers["Vary"] == "X-Fragment"
    refused = shop.browser.get(path, headers={"X-Fragment": "foo"}, status=422)
    assert refused.body == b""


def test_viewers_see_the_inbox(shop: Shop, people: Any) -> None:
    shop.send("boom")
    viewer, browser = people.newcomer("vera@example.com")
    people.join(shop.project, viewer, "viewer")
    assert titles(browser.get(shop.inbox)) == ["boom"]


def test_badges_appear_only_for_what_differs(shop: Shop) -> None:
    shop.send("old", ago=timedelta(days=3))
    shop.send("returned", ago=timedelta(days=3))
    shop.set("returned", current_regression={"release": "2.0"}, regression_count=1)
    notes = {title: row.select_one(".inbox-note").text.strip() for row in shop.open().html.select(".inbox-row")
             for title in [row.select_one(".inbox-title").text.strip()]}  # fmt: skip
    assert notes == {"old": "", "returned": "regressed in 2.0"}


def test_the_environment_is_named_unless_it_is_production(shop: Shop) -> None:
    shop.send("here", context={"environment": "staging", "transaction_name": "GET /"})
    shop.send("there", context={"environment": "production", "transaction_name": "GET /"})
    assert [row.text for row in shop.open().html.select(".inbox-where")] == ["GET /", "GET / · staging"]


def test_case_60_38_hostile_texts_are_only_text(shop: Shop) -> None:
    script = "<script>alert(1)</script>"
    shop.send(
        script + "x" * 5_000,
        context={
            "transaction_name": script,
            "environment": script,
            "release": script,
            "exception": {"class": script, "message": script, "frames": [{"filename": script, "lineno": 1}]},
        },
        fingerprint=script,
    )
    for tab in ("stacktrace", "context", "occurrences", "related_logs"):
        page = shop.open(tab=tab)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_an_archived_project_is_still_readable(shop: Shop) -> None:
    with shop.site.write() as db:
        db.execute(update(Project).values(archived_at=shop.site.clock()))
    assert "This project was archived without any, and takes nothing in." in shop.open()
    with shop.site.write() as db:
        db.execute(update(Project).values(archived_at=None))
    shop.send("boom")
    with shop.site.write() as db:
        db.execute(update(Project).values(archived_at=shop.site.clock()))
    page = shop.open()
    assert titles(page) == ["boom"]
    assert "This project is archived" in page


def test_more_groups_and_events_need_no_more_queries(shop: Shop) -> None:
    def queries(**params: Any) -> int:
        seen: list[str] = []

        def count(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            seen.append(statement)

        sqlalchemy_event.listen(shop.site.registry.engine, "before_cursor_execute", count)
        try:
            shop.open(**params)
        finally:
            sqlalchemy_event.remove(shop.site.registry.engine, "before_cursor_execute", count)
        return sum(not statement.startswith(("BEGIN", "SELECT pg_catalog")) for statement in seen)

    tabs = ("stacktrace", "context", "occurrences", "related_logs")
    shop.send("first", context={"request_id": "r"})
    few = [queries(tab=tab) for tab in tabs]
    for number in range(12):
        shop.post(f"fault {number % 6}", context={"request_id": "r", "transaction_name": "GET /"})
        shop.post("line", event_type="log", context={"request_id": "r"})
    shop.site.project_events()
    assert [queries(tab=tab) for tab in tabs] == few
    assert max(few) <= 20
