"""Who may use a store that has failed."""

from __future__ import annotations

import pytest

from logister_core.rate_limits.breaker import PAUSE_SECONDS, Breaker


class Monotonic:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_as_long_as_all_is_well_everybody_may(breaker):
    assert all(breaker.allows() for _ in range(10))
    assert not breaker.succeeded()


def test_after_a_failure_nobody_may_for_a_while_and_then_one(breaker, monotonic):
    breaker.failed()
    monotonic.now += PAUSE_SECONDS - 0.001
    assert not breaker.allows()
    monotonic.now += 0.001
    assert [breaker.allows() for _ in range(3)] == [True, False, False]


def test_an_attempt_that_never_ends_does_not_keep_the_next_from_trying(breaker, monotonic):
    breaker.failed()
    for _ in range(3):
        monotonic.now += PAUSE_SECONDS
        assert [breaker.allows() for _ in range(2)] == [True, False]


def test_the_first_failure_and_the_end_of_an_outage_are_told_once(breaker, monotonic):
    assert [breaker.failed() for _ in range(3)] == [True, False, False]
    monotonic.now += PAUSE_SECONDS
    assert breaker.allows()
    assert [breaker.succeeded() for _ in range(3)] == [True, False, False]
    assert all(breaker.allows() for _ in range(3))
    assert breaker.failed()


@pytest.fixture
def monotonic() -> Monotonic:
    return Monotonic()


@pytest.fixture
def breaker(monotonic) -> Breaker:
    return Breaker(monotonic)
