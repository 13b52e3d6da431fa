"""Which deployments this process has lately handed to the projector.

Clients send release, repository and commit with every event, and only the first of a kind tells anything new. The
projector is idempotent, so telling it again costs a look, not a wrong result; and since this is noted before the
event is committed, it is told again after a while in case that event was never stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from logister_core.ingest.normalization.source_context import COMMIT, REPOSITORY
from logister_core.ingest.normalization.values import first_text
from logister_core.ingest.records import EventRecord

REMEMBERED: Final = 10_000
REMEMBERED_FOR: Final = 600.0
# seconds


class KnownDeployments:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told: dict[tuple[object, ...], float] = {}

    def is_news(self, project_id: int, record: EventRecord) -> bool:
        """Whether no event before this one named its deployment, in this process and lately."""
        key = (
            project_id,
            record.release,
            record.environment,
            first_text(record.context, COMMIT),
            first_text(record.context, REPOSITORY),
        )
        now = self._monotonic()
        told = self._told.get(key)
        if told is not None and now - told < REMEMBERED_FOR:
            return False
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        self._told[key] = now
        return True
