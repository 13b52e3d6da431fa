"""Leaving a server alone that does not answer, so that nobody waits for it again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

# Whoever may try first after the pause has so long until the next one may.
PROBE_SECONDS: Final = 10


class CircuitBreaker:
    """Of one process. Closed, until `threshold` failures in a row open it for `open_seconds`; then one may try."""

    def __init__(self, threshold: int, open_seconds: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._threshold = threshold
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probe_until: float | None = None
        self._last_failure: str | None = None

    def allows(self) -> bool:
        """Whether to ask the server now. Whoever is told so then says how it went."""
        with self._lock:
            allowed = self._would_allow()
            if allowed and self._opened_at is not None:
                self._probe_until = self._clock() + PROBE_SECONDS
            return allowed

    def would_allow(self) -> bool:
        """The same, from somebody who only wants to know."""
        with self._lock:
            return self._would_allow()

    def _would_allow(self) -> bool:
        if self._opened_at is None:
            return True
        now = self._clock()
        return now >= self._opened_at + self._open_seconds and (self._probe_until is None or now >= self._probe_until)

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._opened_at, self._probe_until, self._last_failure = 0, None, None, None

    def failed(self, reason: str) -> None:
        with self._lock:
            self._failures += 1
            self._last_failure = reason
            if self._opened_at is not None or self._failures >= self._threshold:
                self._opened_at, self._probe_until = self._clock(), None

    def status(self) -> dict[str, Any]:
        with self._lock:
            state = "closed"
            if self._opened_at is not None:
                state = "open" if self._clock() < self._opened_at + self._open_seconds else "half_open"
            return {
                "state": state,
                "failure_count": self._failures,
                "failure_threshold": self._threshold,
                "open_seconds": self._open_seconds,
                "last_failure": self._last_failure,
            }
