"""Telling of a failure in the log, once and not with every attempt (specification, ClickHouse chapter §7.9)."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Final

from logister_core.logs import event

logger = logging.getLogger(__name__)

LONGEST_TEXT: Final = 512

# What differs between two failures of the same kind.
_VARYING: Final = (
    (re.compile(r"\{(?:[^{}]|\{[^{}]*\})*\}"), "<row>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<timestamp>"),
    (re.compile(r"\b(row|line) \d+", re.IGNORECASE), r"\1 <number>"),
    (re.compile(r"\b\d{7,}\b"), "<number>"),
    (re.compile(r"\s+"), " "),
)


def signature(kind: str, error: Exception) -> str:
    """Equal for failures that differ in nothing but rows, times and numbers."""
    text = str(error)
    for pattern, replacement in _VARYING:
        text = pattern.sub(replacement, text)
    return hashlib.sha256(f"{kind}|{type(error).__name__}|{text[:LONGEST_TEXT]}".encode()).hexdigest()[:24]


class FailureLog:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._quiet_until: dict[str, float] = {}

    def tell(self, kind: str, error: Exception, *, throttle_seconds: int) -> bool:
        """Whether it was logged: one of the same signature is not, for so long."""
        named, now = signature(kind, error), self._clock()
        with self._lock:
            self._quiet_until = {name: until for name, until in self._quiet_until.items() if until > now}
            if named in self._quiet_until:
                return False
            self._quiet_until[named] = now + throttle_seconds
        logger.error(
            event("clickhouse.write_failed", kind=kind, error=type(error).__name__, reason=error, signature=named)
        )
        return True
