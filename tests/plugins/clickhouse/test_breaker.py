"""A server that does not answer is left alone, and its failure is told once."""

from __future__ import annotations

import logging

from logister_plugins.clickhouse.breaker import CircuitBreaker
from logister_plugins.clickhouse.failures import FailureLog, signature


class Time:
    now = 1000.0

    def __call__(self):
        return self.now


def test_case_30_21_it_opens_after_failures_in_a_row_and_lets_one_try_after_the_pause():
    time = Time()
    breaker = CircuitBreaker(2, 30, time)
    breaker.failed("refused")
    assert breaker.allows()
    assert breaker.status()["state"] == "closed"
    breaker.failed("refused")
    assert not breaker.allows()
    assert breaker.status() == {
        "state": "open",
        "failure_count": 2,
        "failure_threshold": 2,
        "open_seconds": 30,
        "last_failure": "refused",
    }
    time.now += 31
    assert breaker.status()["state"] == "half_open"
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.failed("refused")
    assert not breaker.allows()
    time.now += 31
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert (breaker.status()["state"], breaker.status()["failure_count"]) == ("closed", 0)


def test_whoever_was_let_through_and_never_came_back_does_not_keep_it_open():
    time = Time()
    breaker = CircuitBreaker(1, 30, time)
    breaker.failed("refused")
    time.now += 31
    assert breaker.allows()
    assert not breaker.allows()
    time.now += 10
    assert breaker.allows()


def test_case_30_22_failures_that_differ_in_rows_and_times_are_told_once(caplog):
    time = Time()
    failures = FailureLog(time)
    texts = (
        "row 1: cannot parse {'a': {'b': 1}} at 2026-11-20T12:00:00Z",
        "row 77:  cannot parse {'c': 2} at 2026-11-21 13:00:00.5+01:00",
    )
    assert len({signature("clickhouse_event", OSError(text)) for text in texts}) == 1
    assert signature("clickhouse_span", OSError(texts[0])) != signature("clickhouse_event", OSError(texts[0]))
    caplog.set_level(logging.ERROR)
    assert [failures.tell("clickhouse_event", OSError(text), throttle_seconds=60) for text in texts] == [True, False]
    assert failures.tell("clickhouse_event", OSError("something else"), throttle_seconds=60)
    time.now += 60
    assert failures.tell("clickhouse_event", OSError(texts[1]), throttle_seconds=60)
    assert [record.getMessage().split()[0] for record in caplog.records] == ["clickhouse.write_failed"] * 3
