"""Ids of telemetry rows and batches, known before the rows are written.

COPY returns no ids, and the answer to the client contains one. Each process takes a block of ids in a transaction
of its own; what is left of a block at exit is never used.
"""

from __future__ import annotations

import threading

from sqlalchemy import Engine, update

from logister_core.db.sessions import write_transaction
from logister_core.ingest.models import TelemetryIDBlock

BLOCK = 10_000


class TelemetryIDs:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._next = 0
        self._end = 0

    def take(self, count: int) -> int:
        """The first of `count` consecutive ids. Must not be called inside a transaction on SQLite."""
        with self._lock:
            if self._end - self._next < count:
                size = max(BLOCK, count)
                self._next = self._block(size)
                self._end = self._next + size
            first = self._next
            self._next += count
            return first

    def _block(self, size: int) -> int:
        with write_transaction(self._engine) as db:
            after = db.scalar(
                update(TelemetryIDBlock)
                .values(next_id=TelemetryIDBlock.next_id + size)
                .returning(TelemetryIDBlock.next_id)
                .execution_options(synchronize_session=False)
            )
        assert after is not None, "the migrations make this row"  # noqa: S101
        return after - size
