"""What became of errors, taking it back, and deciding about many at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from factories.errors import group, groups, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups import bulk_views
from logister_core.error_groups.history.models import ErrorGroupChange
from logister_core.notifications.models import NotificationIntent
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")

WORKFLOW = ("status_change", "assignment")
# Numbers alone would not make them different errors.
WORDS = ("alpha", "beta", "gamma", "delta")


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def told(page: Any) -> list[str]:
    return [" ".join(flash.select_one(".flash-text").text.split()) for flash in page.html.select(".flash")]


def history(shop: Shop, title: str = "boom", browser: Any = None) -> list[str]:
    """The lines of the History tab, newest first."""
    found = groups(shop.site)[title]
    address = {"filter": "all", "group_uuid": found.uuid, "tab": "history"}
    page = (browser or shop.browser).get(shop.inbox, address)
    return [" ".join(line.text.split()) for line in page.html.select(".history-what")]


def workflow(site: Instance) -> list[NotificationIntent]:
    return [intent for intent in site.rows(NotificationIntent) if intent.kind in WORKFLOW]


def facts(found: Any) -> dict[str, Any]:
    """Everything that is stored of a group but when it was changed last."""
    return {column.key: getattr(found, column.key) for column in found.__table__.columns if column.key != "updated_at"}


def test_every_decision_is_taken_back_exactly(shop: Shop) -> None:
    found = shop.send(context={"release": "1.4.1"})
    for action in ("resolve", "ignore", "archive", "reopen"):
        before = facts(group(shop.site))
        shop.site.clock.forward(minutes=5)
        page = shop.act(action, found, filter="all").follow()
        assert facts(group(shop.site)) != before
        after = shop.undo(page)
        assert facts(group(shop.site)) == before
        assert told(after) == ["Undone: “\u2068boom\u2069” is as before."]
        # The way back is the page where the button stood, with the error open.
        assert after.html.select_one("h1").text == "boom"
        shop.act(action, found)
    assert workflow(shop.site)[-1].details["status"] == "unresolved"


def test_history_tells_who_did_what_and_what_was_taken_back(shop: Shop, people: Any) -> None:
    found = shop.send(context={"release": "1.4.1"})
    viewer, browser = people.newcomer("vera@example.com", name="Vera")
    people.join(shop.project, viewer, "viewer")
    shop.press(browser.get(shop.inbox), "Resolve")
    shop.site.clock.forward(hours=1)
    shop.send(context={"release": "1.4.2"})
    shop.undo(shop.act("archive", found).follow())
    assert history(shop) == [
        "Ana archived it · undone just now",
        "Came back in 1.4.2",
        "Vera resolved it in 1.4.1",
        "First seen in 1.4.1",
    ]
    # Her resolving cannot be taken back, because the error came back since; nobody else's can be at all.
    assert browser.get(shop.inbox, {"tab": "history"}).html.select(".history-undo") == []


def test_history_offers_to_take_back_what_still_stands(shop: Shop) -> None:
    shop.act("ignore", shop.send())
    page = shop.open(filter="ignored", tab="history")
    [form] = [form for form in page.forms.values() if form.action.endswith("/undo") and "history" in str(form.html)]
    form.submit().follow()
    assert group(shop.site).status == "unresolved"


def test_what_was_changed_since_is_left_and_told(shop: Shop, people: Any) -> None:
    found = shop.send()
    page = shop.act("resolve", found).follow()
    shop.site.clock.forward(hours=1)
    shop.send()
    before = facts(group(shop.site))
    assert told(shop.undo(page)) == ["Not undone: “\u2068boom\u2069” changed since."]
    assert facts(group(shop.site)) == before


def test_taking_back_keeps_what_others_did_besides(shop: Shop) -> None:
    found = shop.send()
    page = shop.act("ignore", found).follow()
    shop.act("assignment", found, assigned_user_id=str(shop.owner.uuid))
    shop.undo(page)
    changed = group(shop.site)
    assert (changed.status, changed.assigned_user_id) == ("unresolved", shop.owner.id)


def test_taking_back_twice_counts_once_and_owes_no_notice(shop: Shop) -> None:
    page = shop.act("resolve", shop.send()).follow()
    assert [intent.details["status"] for intent in workflow(shop.site)] == ["resolved"]
    assert told(shop.undo(page)) == ["Undone: “\u2068boom\u2069” is as before."]
    assert workflow(shop.site) == []
    assert told(shop.undo(page)) == ["That was undone already."]
    assert group(shop.site).status == "unresolved"


def test_only_whoever_did_it_takes_it_back(shop: Shop, people: Any) -> None:
    shop.act("resolve", shop.send())
    [row] = shop.site.rows(ErrorGroupChange)
    viewer, browser = people.newcomer("vera@example.com")
    people.join(shop.project, viewer, "viewer")
    eve, stranger = people.newcomer("eve@example.com")
    own = people.project(eve, "Own")
    for asker, project in (
        (browser, shop.project),
        (stranger, shop.project),
        (stranger, own),
        (shop.browser, people.project(shop.owner, "Other")),
    ):
        token = asker.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
        path = f"/projects/{project.uuid}/error_groups/changes/{row.action_uuid}/undo"
        asker.post(path, {"csrf_token": token}, status=404)
    for uuid in (uuid4(), "nonsense"):
        path = f"{shop.path}/error_groups/changes/{uuid}/undo"
        shop.browser.post(path, {"csrf_token": shop.csrf()}, status=404)
    assert group(shop.site).status == "resolved"


def test_bulk_decides_about_all_that_are_selected_as_one_action(shop: Shop) -> None:
    chosen = [shop.send(word) for word in WORDS]
    shop.act("resolve", chosen[0])
    before = {title: facts(found) for title, found in groups(shop.site).items()}
    answer = shop.bulk("resolve", *chosen[:3], filter="all", q="a")
    assert parse_qs(urlsplit(answer.location).query) == {"filter": ["all"], "q": ["a"]}
    page = answer.follow()
    assert told(page) == ["Resolved 3 errors. The next occurrence reopens each of them."]
    found = groups(shop.site)
    assert [found[word].status for word in WORDS] == ["resolved"] * 3 + ["unresolved"]
    assert history(shop, "beta")[0] == "Ana resolved it"
    assert len({row.action_uuid for row in shop.site.rows(ErrorGroupChange)}) == 2
    # One of them was resolved before, and stays so.
    assert told(shop.undo(page)) == ["Undone: 2 errors are as before."]
    assert {title: facts(found) for title, found in groups(shop.site).items()} == before


def test_the_list_offers_what_its_errors_have_a_use_for(shop: Shop, people: Any) -> None:
    bo = people.add("bo@example.com", name="Bo")
    people.join(shop.project, bo, "viewer")
    assert "inbox-selection" not in shop.open()
    for word in WORDS:
        shop.send(word)

    def buttons(filter: str) -> list[str]:
        return [button.text for button in shop.open(filter=filter).html.select("#inbox-selection button[type=submit]")]

    assert buttons("unresolved") == ["Resolve", "Ignore", "Archive", "Merge", "Assign"]
    assert buttons("all") == ["Resolve", "Ignore", "Archive", "Reopen", "Merge", "Assign"]
    page = shop.open(filter="unresolved", q="a", sort="events")
    assert page.html.select_one(".inbox-check")["aria-label"] == "Select delta"
    form = page.forms["inbox-selection"]
    assert [label for _, _, label in form["assigned_user_id"].options] == ["Me", "Bo", "Nobody"]
    chosen = form.fields["group_uuid"]
    assert len(chosen) == 4
    for box in chosen[:2]:
        box.checked = True
    answer = form.submit("action", value="archive")
    assert parse_qs(urlsplit(answer.location).query) == {"filter": ["unresolved"], "q": ["a"], "sort": ["events"]}
    assert told(answer.follow()) == ["Archived 2 errors. The next occurrence reopens each of them."]
    assert buttons("archived") == ["Reopen", "Merge", "Assign"]


def test_bulk_undo_leaves_those_that_changed_since(shop: Shop) -> None:
    chosen = [shop.send(word) for word in WORDS[:3]]
    page = shop.bulk("ignore", *chosen).follow()
    shop.act("reopen", chosen[1]).follow()
    assert told(shop.undo(page)) == [
        "Undone: 2 errors are as before.",
        "Not undone: “\u2068beta\u2069” changed since.",
    ]
    assert {found.status for found in groups(shop.site).values()} == {"unresolved"}
    assert groups(shop.site)["beta"].reopen_count == 1


def test_bulk_assigns_to_people_of_the_project_and_to_nobody(shop: Shop, people: Any) -> None:
    chosen = [shop.send(word) for word in WORDS[:2]]
    viewer = people.add("vera@example.com", name="Vera")
    people.join(shop.project, viewer, "viewer")
    outsider = people.add("eve@example.com")
    page = shop.bulk("assign", *chosen, assigned_user_id=str(viewer.uuid)).follow()
    assert told(page) == ["Assigned 2 errors to Vera."]
    shop.bulk("assign", *chosen, assigned_user_id=str(outsider.uuid), status=404)
    found = groups(shop.site).values()
    assert {(each.assigned_user_id, each.assigned_by_user_id) for each in found} == {(viewer.id, shop.owner.id)}
    shop.bulk("assign", *chosen, assigned_user_id="")
    assert {each.assigned_user_id for each in groups(shop.site).values()} == {None}
    assert history(shop, "alpha")[:2] == ["Ana cleared the assignment", "Ana assigned it to Vera"]


def test_bulk_passes_over_what_is_not_the_projects(shop: Shop, people: Any) -> None:
    mine = shop.send("mine")
    other = people.project(shop.owner, "Other")
    send_error(shop.site, api_key(shop.site, other), "theirs")
    theirs = groups(shop.site)["theirs"]
    assert told(shop.bulk("archive", mine, theirs).follow())[0].startswith("Archived “\u2068mine\u2069”.")
    shop.bulk("archive", theirs, status=404)
    shop.bulk("explode", mine, status=404)
    assert groups(shop.site)["theirs"].status == "unresolved"


def test_bulk_says_when_nothing_or_too_much_is_selected(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shop.send()
    assert bulk_views.MOST_GROUPS == 500
    monkeypatch.setattr(bulk_views, "MOST_GROUPS", 2)
    assert told(shop.bulk("resolve").follow()) == ["Nothing was changed: select one or more errors first."]
    token = shop.csrf()
    values = [("csrf_token", token), ("action", "resolve"), *(("group_uuid", str(uuid4())) for _ in range(2))]
    values.append(("group_uuid", str(found.uuid)))
    page = shop.browser.post(f"{shop.path}/error_groups/bulk", values).follow()
    assert told(page) == ["Nothing was changed: at most 2 errors can be changed at once."]
    assert group(shop.site).status == "unresolved"
