"""How long a request may take to arrive, and how much of what is arriving a process keeps in memory.

A body is kept until it is complete; the application is only then asked, so that a slow client occupies memory and
nothing else. Too many at once, or one that never ends, cost the oldest their place: whoever means well needs
milliseconds, so the oldest is the one that does not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

# Seconds for a request's line and headers, counted from its first byte; then for its body.
HEAD_SECONDS = 30
BODY_SECONDS = 300
# Seconds for which a connection may stay without any request, and a client may leave its answer unread.
IDLE_SECONDS = 120

# Seconds between two looks for those that take longer.
LOOK_EVERY = 5

# Bytes of a request's line and headers.
LARGEST_HEAD = 32_768

# Bytes of incomplete bodies that one process holds; at least some of the largest.
MEMORY = 256 * 1024 * 1024
AT_LEAST_BODIES = 8


class Arriving(Protocol):
    def give_up(self, status: int) -> None:
        """Answer with this status instead of waiting for the rest."""
        ...


class Arrivals:
    """The incomplete bodies of one process. Usable from any thread."""

    def __init__(self, largest: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._memory = max(MEMORY, AT_LEAST_BODIES * largest)
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[Arriving, tuple[float, int]] = {}
        # since when and how many bytes; a dictionary keeps the order in which they began
        self._total = 0

    def begin(self, request: Arriving, size: int = 0) -> None:
        """Wait for this request, `size` bytes of which are here or on their way."""
        with self._lock:
            self._known[request] = self._clock(), size
            self._total += size
            given_up = self._oldest_too_many()
        for oldest in given_up:
            oldest.give_up(503)

    def more(self, request: Arriving, size: int) -> bool:
        """`size` more bytes have come. Whether the request is still waited for."""
        with self._lock:
            known = self._known.get(request)
            if known is None:
                return False
            self._known[request] = known[0], known[1] + size
            self._total += size
            given_up = self._oldest_too_many()
        for oldest in given_up:
            oldest.give_up(503)
        return request not in given_up

    def waits_for(self, request: Arriving) -> bool:
        return request in self._known

    def remove(self, request: Arriving) -> bool:
        """Whether it was still waited for; what was given up is gone already."""
        with self._lock:
            known = self._known.pop(request, None)
            if known is None:
                return False
            self._total -= known[1]
            return True

    def give_up_overdue(self) -> None:
        """Give up what has been arriving for too long."""
        overdue = []
        with self._lock:
            begun_before = self._clock() - BODY_SECONDS
            for request, (since, _) in self._known.items():
                if since > begun_before:
                    break
                overdue.append(request)
            for request in overdue:
                self._total -= self._known.pop(request)[1]
        for request in overdue:
            request.give_up(408)

    def _oldest_too_many(self) -> list[Arriving]:
        """Those that have to go so that the rest fits. Called with the lock."""
        given_up = []
        while self._total > self._memory:
            oldest = next(iter(self._known))
            self._total -= self._known.pop(oldest)[1]
            given_up.append(oldest)
        return given_up
