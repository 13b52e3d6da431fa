"""What people decide about errors (specification, chapters 20 §7 and 60 §12.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from factories.errors import group, groups, send_error
from factories.projects import api_key
from factories.shop import Shop
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def query(answer: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(answer.location).query)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_case_20_18_resolving_remembers_the_release_and_returns_to_the_inbox(shop: Shop, method: str) -> None:
    found = shop.send(context={"release": "1.4.2"})
    answer = shop.act("resolve", found, method, filter="unresolved")
    assert answer.status_int == 303
    assert urlsplit(answer.location).path == shop.inbox
    assert query(answer) == {"filter": ["unresolved"]}
    changed = group(shop.site)
    assert changed.status == "resolved"
    assert changed.resolved_at == changed.updated_at == shop.site.clock()
    assert changed.resolved_in_release == "1.4.2"


def test_case_60_19_the_way_back_keeps_filter_and_search(shop: Shop) -> None:
    answer = shop.act("ignore", shop.send(), filter="all", q="boo m&x=1")
    assert query(answer) == {"filter": ["all"], "q": ["boo m&x=1"]}
    page = answer.follow()
    assert "Ignored “\u2068boom\u2069”." in page.html.select_one(".flash").text


def test_case_60_19_counts_show_one_fewer_open(shop: Shop) -> None:
    shop.send("first")
    second = shop.send("second")
    page = shop.act("resolve", second).follow()
    assert page.html.select_one(".filter[aria-current]").text.split() == ["Open", "1"]
    assert page.html.select_one(".section-inbox .section-count").text == "1"


def test_case_60_19_scripts_get_list_counts_and_detail(shop: Shop) -> None:
    for minutes, message in enumerate(["newest", "middle", "oldest"]):
        shop.send(message, ago=timedelta(minutes=minutes))
    found = groups(shop.site)
    path, token = f"{shop.path}/error_groups", shop.csrf()

    def ask(rest: str, fragment: str = "project_inbox", status: int = 200, **fields: str) -> dict[str, Any]:
        headers, values = {"X-Fragment": fragment}, {"csrf_token": token, "filter": "unresolved"} | fields
        answer = shop.browser.post(f"{path}/{rest}", values, headers=headers, status=status)
        assert "<html" not in answer
        parts = answer.html.select("template[data-part]")
        assert {part["data-mode"] for part in parts} <= {"replace"}
        # What stands in a template is no text of the page, so each is read anew.
        return {part["data-part"]: BeautifulSoup(part.decode_contents(), "html.parser") for part in parts}

    parts = ask(f"{found['middle'].uuid}/resolve", next=str(found["oldest"].uuid))
    assert list(parts) == ["messages", "inbox_counts", "project_inbox", "error_detail"]
    assert "Resolved “\u2068middle\u2069”." in parts["messages"].text
    assert parts["inbox_counts"].select_one(".filter[aria-current]").text.split() == ["Open", "2"]
    assert parts["inbox_counts"].select_one(".section-count").text == "2"
    assert [row.text.strip() for row in parts["project_inbox"].select(".inbox-title")] == ["newest", "oldest"]
    assert parts["project_inbox"].select_one(".is-selected .inbox-title").text.strip() == "oldest"
    assert parts["error_detail"].select_one("h1").text == "oldest"
    # What was told is not told again by the next page.
    assert not shop.browser.get(shop.inbox).html.select(".flash")
    undo = parts["messages"].select_one("form")["action"].removeprefix(f"{path}/")
    assert ask(undo)["error_detail"].select_one("h1").text == "middle"
    parts = ask("bulk", action="assign", group_uuid=str(found["oldest"].uuid), assigned_user_id="", assignee="me")
    assert "No open errors" in parts["project_inbox"].text
    assert parts["error_detail"].text.strip() == ""
    parts = ask(f"{found['newest'].uuid}/snooze", status=422, snooze="until", snooze_until="never")
    assert list(parts) == ["messages"]
    assert parts["messages"].text.strip().startswith("Nothing was changed:")
    # A part that is not served is refused, and then nothing is done.
    assert ask(f"{found['newest'].uuid}/resolve", fragment="stack_source", status=422) == {}
    assert {each.status for each in groups(shop.site).values()} == {"unresolved"}


def test_case_20_19_a_group_of_another_project_is_not_found(shop: Shop, people: Any) -> None:
    mine = shop.send("mine")
    other = people.project(shop.owner, "Other")
    send_error(shop.site, api_key(shop.site, other), "theirs")
    theirs = groups(shop.site)["theirs"]
    shop.act("resolve", theirs, status=404)
    assert groups(shop.site)["theirs"].status == "unresolved"
    shop.browser.post(f"/projects/{shop.project.uuid}/error_groups/nonsense/resolve", status=422)
    assert groups(shop.site)["mine"].status == mine.status


def test_case_20_19_strangers_are_asked_to_sign_in(shop: Shop) -> None:
    found = shop.send()
    path = f"/projects/{shop.project.uuid}/error_groups/{found.uuid}/resolve"
    answer = shop.site.browser().post(path, status="*")
    assert group(shop.site).status == "unresolved"
    assert answer.status_int in (302, 303, 422)


def test_a_form_without_its_token_changes_nothing(shop: Shop) -> None:
    found = shop.send()
    shop.browser.post(f"/projects/{shop.project.uuid}/error_groups/{found.uuid}/resolve", status=422)
    assert group(shop.site).status == "unresolved"


def test_reading_an_address_changes_nothing(shop: Shop) -> None:
    found = shop.send()
    shop.browser.get(f"/projects/{shop.project.uuid}/error_groups/{found.uuid}/resolve", status="*")
    assert group(shop.site).status == "unresolved"


def test_viewers_may_decide_too(shop: Shop, people: Any) -> None:
    shop.send()
    viewer, browser = people.newcomer("vera@example.com")
    people.join(shop.project, viewer, "viewer")
    shop.press(browser.get(shop.inbox), "Ignore")
    assert group(shop.site).status == "ignored"


def test_people_of_other_projects_find_nothing(shop: Shop, people: Any) -> None:
    found = shop.send()
    eve, browser = people.newcomer("eve@example.com")
    own = people.project(eve, "Own")
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    for project in (shop.project, own):
        path = f"/projects/{project.uuid}/error_groups/{found.uuid}/resolve"
        browser.post(path, {"csrf_token": token}, status=404)
    assert group(shop.site).status == "unresolved"


@pytest.mark.parametrize(
    ("label", "status", "column"),
    [
        ("Resolve", "resolved", "resolved_at"),
        ("Ignore", "ignored", "ignored_at"),
        ("Archive", "archived", "archived_at"),
    ],
)
def test_the_buttons_of_an_open_error_close_it(shop: Shop, label: str, status: str, column: str) -> None:
    shop.send()
    page = shop.browser.get(shop.inbox)
    assert not any(button.text == "Reopen" for button in page.html.select("button"))
    shop.site.clock.forward(minutes=3)
    shop.press(page, label)
    changed = group(shop.site)
    assert changed.status == status
    assert getattr(changed, column) == shop.site.clock()


def test_the_button_of_a_closed_error_reopens_it_and_counts(shop: Shop) -> None:
    shop.act("resolve", shop.send())
    page = shop.browser.get(shop.inbox, {"filter": "resolved"})
    assert [button.text for button in page.html.select("#triage > button")] == ["Reopen"]
    shop.press(page, "Reopen")
    changed = group(shop.site)
    assert changed.status == "unresolved"
    assert (changed.resolved_at, changed.ignored_at, changed.archived_at) == (None, None, None)
    assert (changed.reopen_count, changed.last_reopened_at) == (1, shop.site.clock())


def test_case_20_16_reopening_by_hand_forgets_the_proof_and_keeps_the_count(shop: Shop) -> None:
    found = shop.send()
    shop.act("resolve", found)
    shop.site.clock.forward(hours=1)
    shop.send()
    assert group(shop.site).current_regression["reason"] == "after_resolved"
    shop.act("ignore", found)
    shop.act("reopen", found)
    changed = group(shop.site)
    assert changed.current_regression == {}
    assert (changed.regression_count, changed.reopen_count) == (1, 2)


def test_a_second_click_moves_nothing(shop: Shop) -> None:
    found = shop.send()
    shop.act("resolve", found)
    before = group(shop.site)
    shop.site.clock.forward(minutes=1)
    shop.act("resolve", found)
    after = group(shop.site)
    assert (after.resolved_at, after.updated_at) == (before.resolved_at, before.updated_at)
    shop.act("reopen", found)
    shop.act("reopen", found)
    assert group(shop.site).reopen_count == 1


def test_every_status_can_be_left_for_every_other(shop: Shop) -> None:
    found = shop.send()
    for action, status in (("archive", "archived"), ("ignore", "ignored"), ("resolve", "resolved")):
        shop.act(action, found)
        assert group(shop.site).status == status


def test_a_resolved_error_that_comes_back_says_so(shop: Shop) -> None:
    found = shop.send(context={"release": "1.4.1"})
    shop.act("resolve", found)
    assert "Resolved in 1.4.1 just now" in shop.browser.get(shop.inbox, {"filter": "resolved"})
    shop.site.clock.forward(hours=2)
    shop.send(context={"release": "1.4.2"})
    page = shop.browser.get(shop.inbox)
    assert page.html.select_one(".inbox-note").text.strip() == "regressed in 1.4.2"
    said = page.html.select_one(".detail-news").text
    assert said == "Regressed in 1.4.2, just now: was resolved by Ana on 20 Nov 2026."


def test_a_release_is_forgotten_when_the_latest_event_has_none(shop: Shop) -> None:
    found = shop.send(context={"release": "1.4.1"}, ago=timedelta(hours=1))
    shop.send()
    shop.act("resolve", found)
    changed = group(shop.site)
    assert changed.last_seen_release == "1.4.1"
    assert changed.resolved_in_release is None


def test_the_next_error_is_open_after_one_was_decided(shop: Shop) -> None:
    for minutes, message in enumerate(["newest", "middle", "oldest"]):
        shop.send(message, ago=timedelta(minutes=minutes))
    found = groups(shop.site)
    page = shop.browser.get(shop.inbox, {"group_uuid": found["middle"].uuid})
    after = shop.press(page, "Resolve").follow()
    assert after.html.select_one("h1").text == "oldest"
    after = shop.press(after, "Resolve").follow()
    assert after.html.select_one("h1").text == "newest"
    after = shop.press(after, "Resolve").follow()
    assert "No open errors" in after


def test_from_an_events_own_page_the_way_leads_back_to_it(shop: Shop) -> None:
    found = shop.send()
    path = f"/projects/{shop.project.uuid}/events/{found.latest_event_uuid}"
    answer = shop.press(shop.browser.get(path), "Resolve")
    assert urlsplit(answer.location).path == path
    assert "Resolved just now" in answer.follow()


def test_an_error_grouped_while_somebody_decides_is_judged_by_the_decision(shop: Shop) -> None:
    found = shop.send()
    shop.act("ignore", found)
    # Happened before it was ignored, arrived after: that proves no return.
    shop.send(ago=timedelta(minutes=1))
    assert group(shop.site).status == "ignored"
    assert group(shop.site).occurrence_count == 2
