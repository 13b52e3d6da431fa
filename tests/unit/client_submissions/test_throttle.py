"""Each thing once a minute, and not too many of them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from logister_core.client_submissions.throttle import Throttle

NOON = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)


def test_each_key_is_let_through_once_a_minute() -> None:
    throttle = Throttle("", 10)
    assert [throttle.admits(key, NOON) for key in ("a", "a", "b")] == [True, False, True]
    assert not throttle.admits("a", NOON + timedelta(seconds=29))
    assert throttle.admits("a", NOON + timedelta(seconds=30))


def test_the_first_so_many_are_let_through_and_the_log_says_how_many_were_not(caplog) -> None:
    throttle = Throttle("of strangers", 3)
    assert sum(throttle.admits(str(number), NOON) for number in range(10)) == 3
    assert caplog.records == []
    assert throttle.admits("9", NOON + timedelta(minutes=1))
    [warning] = caplog.records
    assert warning.levelno == logging.WARNING
    assert "'of strangers' count=7" in warning.getMessage()
    assert throttle.admits("9", NOON + timedelta(minutes=2))
    assert len(caplog.records) == 1


def test_a_straggler_does_not_begin_the_minute_before_again() -> None:
    throttle = Throttle("", 2)
    assert throttle.admits("a", NOON + timedelta(minutes=1))
    assert throttle.admits("b", NOON)
    assert not throttle.admits("a", NOON + timedelta(minutes=1))
    assert not throttle.admits("c", NOON)


def test_a_clock_that_was_set_back_begins_anew() -> None:
    throttle = Throttle("", 1)
    assert throttle.admits("a", NOON)
    assert throttle.admits("b", NOON - timedelta(hours=1))
