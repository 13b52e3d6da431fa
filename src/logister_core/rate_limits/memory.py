"""Counters of this process alone, for installations without Redis. Bounded, however many identities there are."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from typing import Final

# About 20 MB when full.
CAPACITY: Final = 50_000
# How many of the oldest counters each new one has to look at; more than one, so that expired ones dwindle.
LOOKED_AT: Final = 4


class MemoryCounters:
    """`add` takes about a microsecond. Beyond `capacity` the smaller counters go first, to keep those near a limit."""

    name = "memory"

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        # key → [sum, unix second at which it expires]
        self._kept: OrderedDict[str, list[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, key: str, amount: int, *, keep: int, now: float) -> int:
        with self._lock:
            counter = self._kept.get(key)
            if counter is None or counter[1] <= now or counter[0] == 0:
                self._make_room(now)
                counter = self._kept[key] = [0, now + keep]
            counter[0] += amount
            return int(counter[0])

    def ping(self) -> None:
        """Always there."""

    def _make_room(self, now: float) -> None:
        """Drop what has expired among the oldest counters, and if need be the smallest of them; turn the rest over."""
        looked_at = list(itertools.islice(self._kept.items(), LOOKED_AT))
        for key, (_, expires) in looked_at:
            if expires <= now:
                del self._kept[key]
            else:
                self._kept.move_to_end(key)
        if len(self._kept) >= self._capacity:
            smallest, _ = min(looked_at, key=lambda item: item[1][0])
            del self._kept[smallest]
