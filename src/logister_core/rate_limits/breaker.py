"""Leaving a store alone that has just failed, so that its outage costs one request a wait and not every one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

# Seconds between attempts while the store is away.
PAUSE_SECONDS: Final = 2.0


class Breaker:
    """Ask `allows()` before each use and tell how it went. Used by many threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # When the next attempt is due; None while all is well, which is then all that is looked at.
        self._next_attempt: float | None = None

    def allows(self) -> bool:
        """Whether to use the store now. In an outage one thread in a while is let through, to try."""
        if self._next_attempt is None:
            return True
        with self._lock:
            now = self._monotonic()
            if self._next_attempt is None:
                return True
            if now < self._next_attempt:
                return False
            self._next_attempt = now + PAUSE_SECONDS
            return True

    def failed(self) -> bool:
        """The use failed. True for the first failure of an outage, which is the one to tell of."""
        with self._lock:
            first = self._next_attempt is None
            self._next_attempt = self._monotonic() + PAUSE_SECONDS
            return first

    def succeeded(self) -> bool:
        """The use succeeded. True when that ends an outage."""
        if self._next_attempt is None:
            return False
        with self._lock:
            ended = self._next_attempt is not None
            self._next_attempt = None
            return ended
