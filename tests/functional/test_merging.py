"""Making one error of several and taking it apart again, with nothing lost and nothing counted twice."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from factories.errors import groups, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.accounts.models import User
from logister_core.error_groups.actors import wake_snoozed_errors
from logister_core.error_groups.history.recording import Action
from logister_core.error_groups.merging.service import Merging
from logister_core.error_groups.models import ErrorGroup, ErrorGroupKey, ErrorOccurrence
from logister_core.tasks import Task
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def shown(site: Instance) -> dict[str, ErrorGroup]:
    """What lists show, by the key under which it was made."""
    return {group.fingerprint: group for group in site.rows(ErrorGroup) if group.merged_into_id is None}


def events(site: Instance) -> dict[str, int]:
    return {key: group.occurrence_count for key, group in shown(site).items()}


def stored(site: Instance) -> dict[int, int]:
    """Occurrences by group id."""
    with site.read() as db:
        counted = select(ErrorOccurrence.error_group_id, func.count()).group_by(ErrorOccurrence.error_group_id)
        return dict(db.execute(counted).all())


def facts(site: Instance) -> dict[str, dict[str, Any]]:
    """Everything that is stored of the groups that are shown, but when they were changed last."""
    return {
        key: {
            column.key: getattr(group, column.key) for column in group.__table__.columns if column.key != "updated_at"
        }
        for key, group in shown(site).items()
    }


def send(shop: Shop, key: str, times: int = 1, **values: Any) -> None:
    for _ in range(times):
        shop.site.clock.forward(minutes=1)
        send_error(shop.site, shop.token, f"{key} failed", fingerprint=key, **values)


def test_merged_errors_are_one_until_they_are_taken_apart(shop: Shop) -> None:
    send(shop, "b", 2, context={"release": "1.0"})
    send(shop, "a", 3, context={"release": "1.1"})
    a, b = shown(shop.site)["a"], shown(shop.site)["b"]
    shop.act("assignment", b, assigned_user_id=str(shop.owner.uuid))
    before = facts(shop.site)
    answer = shop.bulk("merge", a, b, filter="all")
    assert parse_qs(urlsplit(answer.location).query) == {"filter": ["all"], "group_uuid": [str(a.uuid)]}
    page = answer.follow()
    assert "Merged 2 errors into “\u2068a failed\u2069”." in page
    assert len(page.html.select("[data-row]")) == 1
    assert page.html.select_one(".filter[aria-current]").text.split() == ["All"]
    merged = shown(shop.site)["a"]
    assert (merged.occurrence_count, merged.first_seen_at) == (5, b.first_seen_at)
    assert (merged.introduced_in_release, merged.title) == ("1.0", "a failed")
    assert stored(shop.site) == {a.id: 5}
    assert "Merged from 1 other error" in " ".join(page.html.select_one(".merged").text.split())
    # What comes with the key of either belongs to the one error from now on, and describes it.
    send(shop, "b")
    send(shop, "a")
    send(shop, "b")
    assert events(shop.site) == {"a": 8}
    assert shown(shop.site)["a"].title == "b failed"
    # An old address leads to where the error is now.
    moved = shop.browser.get(shop.inbox, {"filter": "resolved", "group_uuid": b.uuid}, status=303)
    assert parse_qs(urlsplit(moved.location).query)["group_uuid"] == [str(a.uuid)]
    page = shop.browser.get(shop.inbox, {"group_uuid": a.uuid})
    [form] = [form for form in page.forms.values() if form.action.endswith("/unmerge")]
    page = form.submit().follow()
    assert events(shop.site) == {"a": 4, "b": 4}
    assert stored(shop.site) == {a.id: 4, b.id: 4}
    apart = facts(shop.site)
    assert apart["b"]["assigned_user_id"] == shop.owner.id
    changed = {"occurrence_count", "last_seen_at"} | {f"latest_event_{part}" for part in ("id", "uuid", "occurred_at")}
    for key in ("a", "b"):
        assert {name for name, value in apart[key].items() if value != before[key][name]} == changed
    assert shop.site.count(ErrorGroup) == 2
    lines = shop.browser.get(shop.inbox, {"group_uuid": b.uuid, "tab": "history"}).html.select(".history-what")
    assert [" ".join(line.text.split()) for line in lines][:3] == [
        "Ana took it out of “\u2068b failed\u2069”",
        "Ana merged it into “\u2068a failed\u2069”",
        "Ana assigned it to Ana",
    ]


def test_a_merge_is_taken_back_exactly_and_so_is_taking_apart(shop: Shop) -> None:
    for key, times in (("a", 3), ("b", 2), ("c", 1)):
        send(shop, key, times)
    before, occurrences = facts(shop.site), stored(shop.site)
    found = shown(shop.site)
    page = shop.bulk("merge", found["b"], found["c"]).follow()
    nested = facts(shop.site)
    both = shop.bulk("merge", found["a"], found["b"]).follow()
    assert events(shop.site) == {"a": 6}
    # Flat: each part can be taken out by itself.
    assert "Merged from 2 other errors" in both
    shop.undo(both)
    assert facts(shop.site)["b"] | {"own_share_id": None} == nested["b"] | {"own_share_id": None}
    assert events(shop.site) == {"a": 3, "b": 3}
    shop.undo(page)
    assert facts(shop.site) == before
    assert stored(shop.site) == occurrences
    assert [row.merged_from_id for row in shop.site.rows(ErrorGroupKey)] == [None] * 3
    shop.bulk("merge", found["a"], found["c"]).follow()
    send(shop, "c")
    apart = shop.act("unmerge", found["c"]).follow()
    assert events(shop.site) == {"a": 3, "b": 2, "c": 2}
    shop.undo(apart)
    assert events(shop.site) == {"a": 5, "b": 2}


def test_an_open_error_is_never_hidden_in_a_closed_one(shop: Shop) -> None:
    send(shop, "closed", 5)
    send(shop, "open", 1)
    found = shown(shop.site)
    shop.act("resolve", found["closed"])
    shop.bulk("merge", *found.values())
    assert {key: group.status for key, group in shown(shop.site).items()} == {"open": "unresolved"}
    shop.act("resolve", found["open"])
    # A return by the key of either reopens it, once.
    send(shop, "closed")
    assert (shown(shop.site)["open"].status, shown(shop.site)["open"].regression_count) == ("unresolved", 1)
    shop.act("unmerge", found["closed"])
    assert shown(shop.site)["closed"].status == "resolved"


def test_parts_sleep_on_until_they_are_taken_out(shop: Shop) -> None:
    send(shop, "a", 2)
    send(shop, "b")
    found = shown(shop.site)
    for key in ("a", "b"):
        shop.act("snooze", found[key], snooze="hour")
    shop.bulk("merge", *found.values())
    shop.site.clock.forward(hours=2)
    wake_snoozed_errors(Task(shop.site.registry))
    assert [group.status for group in shop.site.rows(ErrorGroup)] == ["unresolved", "ignored", "archived"]
    shop.act("unmerge", found["b"])
    wake_snoozed_errors(Task(shop.site.registry))
    assert {key: group.status for key, group in shown(shop.site).items()} == {"a": "unresolved", "b": "unresolved"}


def test_nobody_merges_or_decides_about_what_is_not_theirs_or_hidden(shop: Shop, people: Any) -> None:
    send(shop, "a", 2)
    send(shop, "b")
    other = people.project(shop.owner, "Other")
    send_error(shop.site, api_key(shop.site, other), "theirs", fingerprint="theirs")
    found = shown(shop.site)
    shop.bulk("merge", found["theirs"], status=404)
    assert "select two or more errors to merge" in shop.bulk("merge", found["a"], found["theirs"]).follow()
    shop.act("unmerge", found["a"], status=404)
    shop.bulk("merge", found["a"], found["b"])
    for action in ("resolve", "assignment"):
        shop.act(action, found["b"], status=404)
    eve, browser = people.newcomer("eve@example.com")
    own = people.project(eve, "Own")
    token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    for project in (shop.project, own):
        path = f"/projects/{project.uuid}/error_groups/{found['b'].uuid}/unmerge"
        browser.post(path, {"csrf_token": token}, status=404)
    [share] = [group for group in shop.site.rows(ErrorGroup) if group.fingerprint == "a" and group.merged_into_id]
    shop.act("unmerge", share, status=404)
    assert events(shop.site) == {"a": 3, "theirs": 1}


def test_events_grouped_while_errors_are_merged_and_taken_apart_count_once(shop: Shop) -> None:
    """The projector at work in a thread of its own, the person in another; every event ends up with its key's group."""
    site, rounds = shop.site, 6
    for key in ("a", "b"):
        send(shop, key, 2)
    found = shown(site)
    user = User(id=shop.owner.id, name="Ana", email="ana@example.com")
    problems: list[BaseException] = []

    def projector() -> None:
        try:
            for number in range(rounds * 3):
                for key in ("a", "b", "a"):
                    shop.post(f"{key} failed", fingerprint=key, at=site.clock() + timedelta(seconds=number))
                site.project_events()
        except BaseException as problem:
            problems.append(problem)

    def person() -> None:
        try:
            for _ in range(rounds):
                with site.write() as db:
                    merging = Merging(db, Action(site.clock(), user))
                    merging.merge(merging.locked(shop.project.id, [found["a"].uuid, found["b"].uuid]))
                with site.write() as db:
                    merging = Merging(db, Action(site.clock(), user))
                    [part] = [each for each in merging.locked(shop.project.id, [found["a"].uuid, found["b"].uuid])
                              if each.merged_into_id is not None]  # fmt: skip
                    merging.take_out(part)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for work in (projector, person)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    site.project_events()
    assert events(site) == {"a": 2 + rounds * 3 * 2, "b": 2 + rounds * 3}
    assert stored(site) == {found["a"].id: 2 + rounds * 3 * 2, found["b"].id: 2 + rounds * 3}
    assert {row.merged_from_id for row in site.rows(ErrorOccurrence)} == {None}
    assert groups(site).keys() == {"a failed", "b failed"}
