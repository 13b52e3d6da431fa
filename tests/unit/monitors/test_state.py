"""What a monitor's facts mean at a moment (specification, ingest chapter §10.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from logister_core.monitors.state import MonitorState, grace, state_at

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def state(seconds_ago: float | None, **facts: Any) -> MonitorState:
    last = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return state_at(
        NOW, **{"last_check_in_at": last, "last_status": "ok", "interval_seconds": 60, "paused": False} | facts
    )


def test_case_10_32_a_monitor_is_missed_after_interval_and_grace() -> None:
    assert state(120) is MonitorState.MISSED
    assert state(85) is MonitorState.OK


def test_case_10_32_an_error_stays_an_error_when_overdue() -> None:
    assert state(120, last_status="error") is MonitorState.ERROR


def test_case_10_32_a_paused_monitor_is_paused_whatever_happened() -> None:
    assert state(120, paused=True) is MonitorState.PAUSED
    assert state(120, paused=True, last_status="error") is MonitorState.PAUSED


def test_the_last_moment_of_grace_is_still_in_time() -> None:
    assert state(90) is MonitorState.OK
    assert state(90.001) is MonitorState.MISSED


def test_nothing_ever_received_is_missed() -> None:
    assert state(None) is MonitorState.MISSED


@pytest.mark.parametrize("status", ["ok", "in_progress", "ERROR", "failed"])
def test_only_the_word_error_means_failure(status: str) -> None:
    assert state(1, last_status=status) is MonitorState.OK


@pytest.mark.parametrize(("interval", "seconds"), [(1, 30), (60, 30), (61, 30), (63, 31), (300, 150), (86_400, 43_200)])
def test_grace_is_half_the_interval_and_at_least_30_seconds(interval: int, seconds: int) -> None:
    assert grace(interval) == timedelta(seconds=seconds)


def test_the_longest_interval_does_not_overflow() -> None:
    assert state(10**9, interval_seconds=2**31 - 1) is MonitorState.OK
