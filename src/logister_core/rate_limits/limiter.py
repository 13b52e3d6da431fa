"""The rate limiter: fixed windows, one counter for each identity and window (specification, ingest chapter §3.5)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from logister_core.logs import event
from logister_core.rate_limits.breaker import Breaker

logger = logging.getLogger(__name__)

KEY_PREFIX: Final = "logister:public_api_rate_limit:v1"
SEEN_PREFIX: Final = "logister:seen:v1"
# Seconds that a counter outlives its window, for processes whose clocks differ a little.
GRACE_SECONDS: Final = 5


class Counters(Protocol):
    """Where counters are kept. Used by many threads at once; errors of any kind mean that it cannot count now."""

    @property
    def name(self) -> str:
        """One word for people who look after the installation."""

    def add(self, key: str, amount: int, *, keep: int, now: float) -> int:
        """Add to a counter and return its sum. A new one starts from nothing and is kept for `keep` seconds; one
        that stands at nothing is as good as new.

        `now` is the time in unix seconds, for stores without a clock of their own.
        """

    def ping(self) -> None:
        """Return when counters can be reached."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a counter says: `limited` when more than `limit` were counted in the window that ends at `reset`."""

    limit: int
    remaining: int
    reset: int  # unix seconds
    window_seconds: int
    retry_after: int  # seconds
    limited: bool

    def headers(self) -> list[tuple[str, str]]:
        """For the answer to the client."""
        found = [
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.remaining)),
            ("X-RateLimit-Reset", str(self.reset)),
        ]
        if self.limited:
            found.append(("Retry-After", str(self.retry_after)))
        return found


class RateLimiter:
    """Counts and judges. One per process, shared by its threads; time is the application's."""

    def __init__(self, counters: Counters, clock: Callable[[], datetime], breaker: Breaker | None = None) -> None:
        self._counters = counters
        self._clock = clock
        self._breaker = breaker or Breaker()

    @property
    def store(self) -> str:
        return self._counters.name

    def hit(self, kind: str, scope: str, identity: str, *, limit: int, period: int, amount: int = 1) -> Verdict | None:
        """Count `amount` for `identity` in the present window of `period` seconds; also when that is too many.

        None means that nothing was checked and the request goes on: a number was not positive, or the counters
        could not be reached.
        """
        if amount <= 0 or limit <= 0 or period <= 0:
            return None
        second = int(self._clock().timestamp())
        start = second - second % period
        digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
        key = f"{KEY_PREFIX}:{kind}:{scope}:{digest}:{start}"
        count = self.count(key, amount, keep=period + GRACE_SECONDS)
        if count is None:
            return None
        reset = start + period
        return Verdict(
            limit=limit,
            remaining=max(limit - count, 0),
            reset=reset,
            window_seconds=period,
            retry_after=max(reset - second, 1),
            limited=count > limit,
        )

    def first(self, kind: str, identity: str, *, seconds: int) -> bool:
        """Whether `identity` was not seen in the last `seconds`; also when the counters could not be reached."""
        digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
        count = self.count(f"{SEEN_PREFIX}:{kind}:{digest}", 1, keep=seconds)
        return count is None or count == 1

    def count(self, key: str, amount: int, *, keep: int) -> int | None:
        """Add to the counter of `key`, which is kept for `keep` seconds after the first addition; its sum.

        Adding 0 looks at it. None: the counters could not be reached, which the log tells once per outage.
        """
        if not self._breaker.allows():
            return None
        try:
            found = self._counters.add(key, amount, keep=keep, now=self._clock().timestamp())
        except Exception as error:
            # Whatever is wrong with the counters, what is counted is worth more than the limit.
            if self._breaker.failed():
                logger.warning(event("rate_limits.store_failed", store=self.store, error=error), exc_info=True)
            return None
        if self._breaker.succeeded():
            logger.info(event("rate_limits.store_back", store=self.store))
        return found

    def answers(self) -> bool:
        """Whether the counters can be reached now."""
        try:
            self._counters.ping()
        except Exception:
            return False
        return True
