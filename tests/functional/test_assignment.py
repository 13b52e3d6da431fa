"""Who an error is assigned to (specification, grouping chapter §11)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from factories.errors import group, groups, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups.models import ErrorGroup
from logister_core.notifications.models import NotificationIntent
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def assigned(found: ErrorGroup) -> tuple[Any, Any, Any]:
    return found.assigned_user_id, found.assigned_by_user_id, found.assigned_at


def notices(site: Instance) -> list[dict[str, Any]]:
    return [intent.details for intent in site.rows(NotificationIntent) if intent.kind == "assignment"]


def test_case_20_20_viewers_assign_to_people_of_the_project_only(shop: Shop, people: Any) -> None:
    found = shop.send()
    viewer, browser = people.newcomer("vera@example.com")
    people.join(shop.project, viewer, "viewer")
    outsider = people.add("eve@example.com")
    path = f"{shop.path}/error_groups/{found.uuid}/assignment"
    token = {"csrf_token": browser.get(shop.inbox).html.find("input", {"name": "csrf_token"})["value"]}
    answer = browser.request(path, method="PATCH", POST=token | {"assigned_user_id": str(viewer.uuid)}, status=303)
    assert parse_qs(urlsplit(answer.location).query)["group_uuid"] == [str(found.uuid)]
    now = shop.site.clock()
    assert assigned(group(shop.site)) == (viewer.id, viewer.id, now)
    for wrong in (str(outsider.uuid), "nonsense"):
        browser.post(path, token | {"assigned_user_id": wrong}, status=404)
    assert assigned(group(shop.site)) == (viewer.id, viewer.id, now)
    browser.delete(path, headers={"X-CSRF-Token": token["csrf_token"]}, status=303)
    assert assigned(group(shop.site)) == (None, None, None)
    browser.post(path, token | {"assigned_user_id": str(shop.owner.uuid)}, status=303)
    browser.post(f"{path}/delete", token, status=303)
    assert assigned(group(shop.site)) == (None, None, None)


def test_errors_of_others_cannot_be_assigned(shop: Shop, people: Any) -> None:
    other = people.project(people.add("bob@example.com"), "Other")
    send_error(shop.site, api_key(shop.site, other), "theirs")
    shop.send("mine")
    theirs = groups(shop.site)["theirs"]
    shop.act("assignment", theirs, status=404, assigned_user_id=str(shop.owner.uuid))
    shop.act("assignment/delete", theirs, status=404)
    assert assigned(groups(shop.site)["theirs"]) == (None, None, None)


def test_only_somebody_new_is_owed_a_notice(shop: Shop, people: Any) -> None:
    found = shop.send()
    viewer = people.add("vera@example.com")
    people.join(shop.project, viewer, "viewer")
    for wanted in (viewer, viewer, shop.owner):
        shop.act("assignment", found, assigned_user_id=str(wanted.uuid))
        shop.site.clock.forward(minutes=1)
    shop.act("assignment", found, assigned_user_id="")
    assert [(told["assigned_user_id"], told["actor_name"]) for told in notices(shop.site)] == [
        (viewer.id, "Ana"),
        (shop.owner.id, "Ana"),
    ]
