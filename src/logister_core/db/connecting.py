"""Connecting to a database that may be away.

Whoever waits for a database that does not answer keeps a thread from those who come after, and they would all wait in
turn. So while it is away one attempt is made at a time, and everybody else is told at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

# Seconds between a failed attempt and the next one.
PAUSE = 1.0


class Connecting:
    """A listener for `do_connect` of one engine. Raises what the driver raises when there is no connection."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._away = False
        self._trying = False
        self._again = 0.0

    def __call__(self, dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
        with self._lock:
            if self._away and (self._trying or self._clock() < self._again):
                raise dialect.loaded_dbapi.OperationalError("the database was away a moment ago")
            self._trying = self._away
        try:
            connection = dialect.connect(*arguments, **parameters)
        except BaseException:
            with self._lock:
                self._away = True
                self._trying = False
                self._again = self._clock() + PAUSE
            raise
        with self._lock:
            self._away = self._trying = False
        return connection
