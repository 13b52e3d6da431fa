"""What a change of status writes (spec 20 §7.1, acceptance case 16)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from logister_core.error_groups.transitions import Resolution, changes_for

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
AWAKE = {"snooze": {}, "snoozed_until": None}


def changes(action, **values):
    return changes_for(action, now=NOW, latest_release="1.4.2", reopen_count=1, **values)


@pytest.mark.parametrize("resolution", Resolution)
def test_resolving_remembers_time_release_and_how_it_is_kept(resolution):
    assert changes("resolve", resolution=resolution) == AWAKE | {
        "status": "resolved",
        "resolved_at": NOW,
        "resolved_in_release": "1.4.2",
        "resolution": resolution.value,
    }


def test_ignoring_and_archiving_remember_the_time_and_end_a_snooze():
    kept = AWAKE | {"resolution": None}
    assert changes("ignore") == kept | {"status": "ignored", "ignored_at": NOW}
    assert changes("archive") == kept | {"status": "archived", "archived_at": NOW}


def test_snoozing_ignores_under_a_condition():
    until = NOW + timedelta(hours=1)
    snoozed = changes("snooze", condition={"until": until.isoformat()})
    assert (snoozed["status"], snoozed["ignored_at"], snoozed["snoozed_until"]) == ("ignored", NOW, until)
    assert snoozed["snooze"] == {"until": until.isoformat()}
    assert changes("snooze", condition={"events": 10})["snoozed_until"] is None


def test_case_20_16_manual_reopening_clears_the_regression_and_keeps_its_count():
    reopened = changes("reopen")

    assert reopened["current_regression"] == {}
    assert "regression_count" not in reopened
    assert reopened["reopen_count"] == 2
    assert reopened["last_reopened_at"] == NOW
    cleared = ("resolved_at", "ignored_at", "archived_at", "resolution", "snoozed_until")
    assert [reopened[column] for column in ("status", *cleared)] == ["unresolved", None, None, None, None, None]
    assert reopened["snooze"] == {}


def test_other_actions_are_mistakes_of_the_caller():
    with pytest.raises(ValueError, match="unknown action 'explode'"):
        changes("explode")
