"""What a change of status writes (spec 20 §7.1, acceptance case 16)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from logister_core.error_groups.transitions import changes_for

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


def changes(action):
    return changes_for(action, now=NOW, latest_release="1.4.2", reopen_count=1)


def test_resolving_remembers_time_and_release():
    assert changes("resolve") == {"status": "resolved", "resolved_at": NOW, "resolved_in_release": "1.4.2"}


def test_ignoring_and_archiving_remember_the_time():
    assert changes("ignore") == {"status": "ignored", "ignored_at": NOW}
    assert changes("archive") == {"status": "archived", "archived_at": NOW}


def test_case_20_16_manual_reopening_clears_the_regression_and_keeps_its_count():
    reopened = changes("reopen")

    assert reopened["current_regression"] == {}
    assert "regression_count" not in reopened
    assert reopened["reopen_count"] == 2
    assert reopened["last_reopened_at"] == NOW
    assert [reopened[column] for column in ("status", "resolved_at", "ignored_at", "archived_at")] == [
        "unresolved",
        None,
        None,
        None,
    ]


def test_other_actions_are_mistakes_of_the_caller():
    with pytest.raises(ValueError, match="unknown action 'snooze'"):
        changes("snooze")
