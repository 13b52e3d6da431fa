"""Choosing how a project groups, with a look at what that would do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from factories.errors import frame, send_error
from factories.shop import Shop
from logister_core.error_groups.models import ErrorGroup, ErrorGroupKey
from logister_core.projects.models import Project
from support.instance import Instance


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def failure(place: str) -> dict[str, Any]:
    return {"exception": {"class": "ValueError", "frames": [frame("shop/orders.py", 12, place)]}}


def strategy(site: Instance) -> str:
    with site.read() as db:
        return db.scalars(select(Project.grouping_strategy)).one()


def words(found: Any) -> str:
    return " ".join(found.text.split())


def test_a_preview_says_what_splits_and_what_joins_and_changes_nothing(shop: Shop) -> None:
    for message, place in (("red", "pay"), ("blue", "pay"), ("red", "ship"), ("<b>green</b>", "ship")):
        send_error(shop.site, shop.token, message, context=failure(place))
    send_error(shop.site, shop.token, "own", fingerprint="mine")
    page = shop.browser.get(f"{shop.path}/grouping", {"strategy": "message"})
    sentence = (
        "are in 3 errors now and would be in 4 errors: 2 of the present errors would be split up, "
        "and 1 of the new ones would hold several of the present ones."
    )
    assert f"The latest 5 events {sentence}" in words(page.html)
    splits, joins = page.html.select("table.table")
    split = {
        words(row.select_one("th")): {words(part) for part in row.select(".sub")} for row in splits.select("tbody tr")
    }
    assert split == {
        "ValueError: blue": {"red · 1 event", "blue · 1 event"},
        "ValueError: <b>green</b>": {"red · 1 event", "<b>green</b> · 1 event"},
    }
    assert words(joins.select_one("tbody tr")).endswith("2 2")
    assert "(3 of the 4 above)" in words(page.html)
    assert (strategy(shop.site), shop.site.count(ErrorGroup), shop.site.count(ErrorGroupKey)) == ("stack", 3, 3)
    # The rule of now changes nothing, so there is nothing to switch to.
    same = shop.browser.get(f"{shop.path}/grouping", {"strategy": "stack"})
    assert "in 3 errors now and would be in 3 errors: 0 of the present errors would be split up" in words(same.html)
    assert "Switch to" not in same


def test_switching_applies_to_events_to_come(shop: Shop) -> None:
    send_error(shop.site, shop.token, "red", context=failure("pay"))
    page = shop.browser.get(f"{shop.path}/grouping", {"strategy": "message_exact"})
    [form] = [form for form in page.forms.values() if form.method.lower() == "post" and "strategy" in form.fields]
    after = form.submit().follow()
    assert "Those of now stay as they are." in after
    assert strategy(shop.site) == "message_exact"
    assert [group.grouping_strategy for group in shop.site.rows(ErrorGroup)] == ["stack"]
    shop.browser.post(f"{shop.path}/grouping", {"csrf_token": shop.csrf(), "strategy": "by_colour"}, status=303)
    assert strategy(shop.site) == "message_exact"


def test_only_managers_choose(shop: Shop, people: Any) -> None:
    for email, role in (("vera@example.com", "viewer"), ("eve@example.com", None)):
        user, browser = people.newcomer(email)
        if role:
            people.join(shop.project, user, role)
        token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
        browser.get(f"{shop.path}/grouping", status=404)
        browser.post(f"{shop.path}/grouping", {"csrf_token": token, "strategy": "message"}, status=404)
    admin, browser = people.newcomer("adam@example.com")
    people.join(shop.project, admin, "admin")
    assert "There are no grouped errors yet" in browser.get(f"{shop.path}/grouping", {"strategy": "message"})
    assert strategy(shop.site) == "stack"
