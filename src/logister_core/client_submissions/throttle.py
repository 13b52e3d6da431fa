"""Letting each thing through once a minute, and not too many of them."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

logger = logging.getLogger(__name__)


class Throttle:
    """`name` is for the log, which says how many were left out of a minute."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._lock = threading.Lock()
        self._minute: datetime | None = None
        self._admitted: set[str] = set()
        self._left_out = 0

    def admits(self, key: str, now: datetime) -> bool:
        """Whether `key` is new in the minute of `now`, and one of the first so many."""
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            # Threads come in any order: a straggler of the minute before counts as one of this minute.
            if self._minute is None or not timedelta(0) <= self._minute - minute <= timedelta(minutes=1):
                self._begin(minute)
            if key in self._admitted:
                return False
            if len(self._admitted) >= self._most:
                self._left_out += 1
                return False
            self._admitted.add(key)
            return True

    def _begin(self, minute: datetime) -> None:
        if self._left_out:
            logger.warning("client_submissions.left_out kind=%r count=%d", self._name, self._left_out)
        self._minute, self._admitted, self._left_out = minute, set(), 0
