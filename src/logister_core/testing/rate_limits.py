"""What every store of counters does for the rate limiter."""
# ruff: noqa: S101 - these are tests

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from logister_core.rate_limits import Counters, RateLimiter, Verdict

THREADS = 8
HITS = 250
# Aligned to a window of 60 seconds.
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class StandingClock:
    """Aware UTC; moves when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class CountersContract:
    """Provide the fixture `counters`; override `pass_time` for a store with a clock of its own."""

    @pytest.fixture
    def counters(self) -> Counters:
        raise NotImplementedError("provide `counters`, see CountersContract")

    @pytest.fixture
    def clock(self) -> StandingClock:
        return StandingClock()

    @pytest.fixture
    def pass_time(self, clock: StandingClock) -> Callable[[float], None]:
        """Call it to let seconds pass for the store."""
        return clock.forward

    @pytest.fixture
    def limiter(self, counters: Counters, clock: StandingClock) -> RateLimiter:
        return RateLimiter(counters, clock)

    @pytest.fixture
    def hit(self, limiter: RateLimiter) -> Callable[..., Verdict]:
        """A hit that must be counted."""

        def hit(identity: str = "api_key:1", *, limit: int = 2, period: int = 60, amount: int = 1) -> Verdict:
            verdict = limiter.hit("accepted", "ingest_events", identity, limit=limit, period=period, amount=amount)
            assert verdict is not None
            return verdict

        return hit

    def test_more_than_the_limit_is_limited_and_counted_all_the_same(self, hit: Callable[..., Verdict]) -> None:
        verdicts = [hit() for _ in range(4)]
        assert [verdict.limited for verdict in verdicts] == [False, False, True, True]
        assert [verdict.remaining for verdict in verdicts] == [1, 0, 0, 0]
        # With the limit of somebody else's making, all four are seen.
        assert hit(limit=10).remaining == 5

    def test_an_amount_is_counted_at_once_also_when_it_is_refused(self, hit: Callable[..., Verdict]) -> None:
        assert hit(limit=10, amount=7).remaining == 3
        assert hit(limit=10, amount=7).limited
        assert hit(limit=100).remaining == 100 - 15

    def test_identities_are_counted_apart(self, hit: Callable[..., Verdict]) -> None:
        assert [hit(f"api_key:{number}").remaining for number in (1, 2, 3, 1)] == [1, 1, 1, 0]

    def test_kinds_and_scopes_are_counted_apart(self, limiter: RateLimiter) -> None:
        places = [("accepted", "ingest_events"), ("accepted", "check_ins"), ("auth_failure", "all")]
        for kind, scope in places * 2:
            verdict = limiter.hit(kind, scope, "ip:10.0.0.1", limit=2, period=60)
            assert verdict is not None
            assert not verdict.limited

    def test_a_window_ends_at_a_multiple_of_its_length_and_the_next_starts_from_nothing(
        self, hit: Callable[..., Verdict], clock: StandingClock
    ) -> None:
        clock.forward(40.5)
        end = int(START.timestamp()) + 60
        assert hit() == Verdict(limit=2, remaining=1, reset=end, window_seconds=60, retry_after=20, limited=False)
        hit()
        clock.forward(19)
        assert hit() == Verdict(limit=2, remaining=0, reset=end, window_seconds=60, retry_after=1, limited=True)
        clock.forward(0.5)
        assert hit() == Verdict(limit=2, remaining=1, reset=end + 60, window_seconds=60, retry_after=60, limited=False)

    def test_windows_of_other_lengths_do_not_meet(self, hit: Callable[..., Verdict], clock: StandingClock) -> None:
        clock.forward(10)
        assert hit(period=60).remaining == 1
        assert hit(period=7).remaining == 1

    def test_a_counter_is_forgotten_when_its_time_is_over(
        self, counters: Counters, clock: StandingClock, pass_time: Callable[[float], None]
    ) -> None:
        assert [counters.add("kept", 1, keep=2, now=clock().timestamp()) for _ in range(3)] == [1, 2, 3]
        pass_time(2.5)
        assert counters.add("kept", 1, keep=2, now=clock().timestamp()) == 1

    def test_what_was_seen_is_known_for_its_time(
        self, limiter: RateLimiter, pass_time: Callable[[float], None]
    ) -> None:
        assert [limiter.first("token", name, seconds=2) for name in ("a", "b", "a")] == [True, True, False]
        pass_time(1.5)
        assert not limiter.first("token", "a", seconds=2)
        # Asking did not make it longer.
        pass_time(1)
        assert limiter.first("token", "a", seconds=2)

    def test_a_counter_at_nothing_can_be_looked_at_and_is_as_good_as_new(
        self, counters: Counters, clock: StandingClock, pass_time: Callable[[float], None]
    ) -> None:
        def add(amount: int, keep: int) -> int:
            return counters.add("seen", amount, keep=keep, now=clock().timestamp())

        assert add(0, keep=1) == 0
        assert add(3, keep=60) == 3
        pass_time(1.5)
        assert add(0, keep=1) == 3
        assert add(-3, keep=1) == 0

    def test_threads_that_meet_are_all_counted(self, limiter: RateLimiter) -> None:
        everyone = THREADS * HITS
        seen: list[int] = []
        start = threading.Barrier(THREADS)

        def send() -> None:
            start.wait(10)
            for _ in range(HITS):
                verdict = limiter.hit("accepted", "ingest_events", "api_key:1", limit=everyone, period=60)
                assert verdict is not None
                seen.append(verdict.remaining)

        threads = [threading.Thread(target=send) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        # Each hit saw a sum of its own, up to the last.
        assert sorted(seen) == list(range(everyone))

    def test_it_answers(self, limiter: RateLimiter) -> None:
        assert limiter.answers()
