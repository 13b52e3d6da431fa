"""Setting errors aside, resolving them for longer, and what opens them again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from factories.errors import group
from factories.shop import Shop
from logister_core.error_groups.actors import wake_snoozed_errors
from logister_core.error_groups.history.models import ErrorGroupChange
from logister_core.notifications.models import NotificationIntent
from logister_core.tasks import Task
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def sweep(site: Instance) -> None:
    wake_snoozed_errors(Task(site.registry))


def kinds(site: Instance) -> list[str]:
    return [row.kind for row in site.rows(ErrorGroupChange)]


def intents(site: Instance) -> list[str]:
    return [intent.kind for intent in site.rows(NotificationIntent)]


def test_a_time_wakes_once_also_when_the_sweep_runs_twice(shop: Shop) -> None:
    shop.send()
    page = shop.press(shop.open(), "For an hour").follow()
    assert "Snoozed “\u2068boom\u2069” until 20 Nov 2026, 13:00 UTC." in page
    listed = shop.open(filter="ignored")
    assert listed.html.select_one(".inbox-note").text.strip() == "snoozed until 20 Nov 2026, 13:00 UTC"
    assert "Snoozed just now, until 20 Nov 2026, 13:00 UTC." in listed
    shop.site.clock.forward(minutes=59)
    # It goes on meanwhile, which is counted and changes nothing.
    shop.send()
    sweep(shop.site)
    snoozed = group(shop.site)
    assert (snoozed.status, snoozed.occurrence_count) == ("ignored", 2)
    shop.site.clock.forward(minutes=1)
    sweep(shop.site)
    woken = group(shop.site)
    assert (woken.status, woken.reopen_count, woken.regression_count) == ("unresolved", 1, 0)
    assert (woken.ignored_at, woken.snooze, woken.snoozed_until) == (None, {}, None)
    sweep(shop.site)
    assert group(shop.site).reopen_count == 1
    assert kinds(shop.site) == ["snooze", "wake"]
    assert intents(shop.site) == ["first_occurrence", "status_change", "status_change"]
    assert "Its snooze ended: its time had come" in shop.open(tab="history")


def test_an_occurrence_after_the_time_wakes_where_the_sweep_was_late(shop: Shop) -> None:
    found = shop.send()
    shop.act("snooze", found, snooze="until", snooze_until="2026-11-20T12:30")
    shop.site.clock.forward(hours=1)
    shop.send()
    sweep(shop.site)
    assert (group(shop.site).status, group(shop.site).reopen_count) == ("unresolved", 1)
    assert kinds(shop.site) == ["snooze", "wake"]


def test_a_number_of_events_wakes_and_is_no_regression(shop: Shop) -> None:
    shop.send()
    shop.press(shop.open(), "Snooze by number", snooze_events="3")
    # Before it was snoozed: counted as an occurrence, not towards its end.
    shop.send(ago=timedelta(hours=1))
    for expected in ("ignored", "ignored", "unresolved"):
        shop.site.clock.forward(minutes=1)
        shop.send()
        assert group(shop.site).status == expected
    woken = group(shop.site)
    assert (woken.occurrence_count, woken.regression_count, woken.current_regression) == (5, 0, {})
    assert intents(shop.site)[-1] == "regression"
    assert "Its snooze ended: 3 more events came" in shop.open(tab="history")


def test_a_rate_wakes_within_one_batch_too(shop: Shop) -> None:
    found = shop.send()
    shop.act("snooze", found, snooze="rate", snooze_rate_events="3", snooze_rate_minutes="5")
    for _ in range(4):
        shop.site.clock.forward(minutes=4)
        shop.send()
    assert group(shop.site).status == "ignored"
    shop.site.clock.forward(minutes=10)
    for _ in range(3):
        shop.post()
    shop.site.project_events()
    assert group(shop.site).status == "unresolved"
    assert kinds(shop.site) == ["snooze", "wake"]


def test_taking_a_snooze_back_opens_the_error_although_it_went_on(shop: Shop) -> None:
    found = shop.send()
    page = shop.act("snooze", found, snooze="events", snooze_events="10").follow()
    shop.site.clock.forward(minutes=1)
    shop.send()
    shop.undo(page)
    undone = group(shop.site)
    assert (undone.status, undone.snooze, undone.occurrence_count) == ("unresolved", {}, 2)


def test_ignoring_what_is_snoozed_lets_the_next_occurrence_reopen_it(shop: Shop) -> None:
    found = shop.send()
    shop.act("snooze", found, snooze="week")
    shop.act("ignore", found)
    assert (group(shop.site).snooze, group(shop.site).snoozed_until) == ({}, None)
    shop.site.clock.forward(minutes=1)
    shop.send()
    assert group(shop.site).status == "unresolved"


def test_a_condition_that_makes_no_sense_changes_nothing(shop: Shop) -> None:
    found = shop.send()
    page = shop.act("snooze", found, snooze="events", snooze_events="many").follow()
    assert "Nothing was changed: a number from 1 to 1,000,000 is needed." in page
    shop.act("resolve", found, status=404, resolution="sometimes")
    assert group(shop.site).status == "unresolved"
    assert kinds(shop.site) == []


def test_resolved_in_the_next_release_waits_for_another_one(shop: Shop) -> None:
    shop.send(context={"release": "1.4.1"})
    shop.press(shop.open(), "In the next release An occurrence in another release than the latest reopens it")
    assert "An occurrence in another release than 1.4.1 reopens it." in shop.open(filter="resolved")
    for release, expected in (("1.4.1", "resolved"), (None, "resolved"), ("1.4.2", "unresolved")):
        shop.site.clock.forward(minutes=1)
        shop.send(context={} if release is None else {"release": release})
        assert group(shop.site).status == expected
    assert group(shop.site).regressed_in_release == "1.4.2"
    assert group(shop.site).resolution is None


def test_resolved_for_good_stays_resolved_until_a_person_reopens_it(shop: Shop) -> None:
    found = shop.send(context={"release": "1.4.1"})
    shop.act("resolve", found, resolution="for_good")
    shop.site.clock.forward(hours=6)
    shop.send(context={"release": "2.0"})
    assert (group(shop.site).status, group(shop.site).occurrence_count) == ("resolved", 2)
    shop.act("resolve", found)
    # A different way to be resolved is a decision of its own.
    assert group(shop.site).resolved_at == shop.site.clock()
    shop.act("reopen", found)
    assert (group(shop.site).status, group(shop.site).resolution) == ("unresolved", None)
    assert kinds(shop.site) == ["resolve", "resolve", "reopen"]
