"""The core's own destination: what pages read is folded from accepted events here.

Every projection works in the transaction that marks the deliveries completed, so each batch counts exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.orm import Session

from logister_core.outbox.models import TelemetryBatch

if TYPE_CHECKING:
    from logister_core.types import Configurator

PROJECTOR = "projector"

# Rows folded in one transaction. The more, the fewer updates of the same groups; but on SQLite intake waits for as
# long as it takes, and on PostgreSQL whoever resolves one of these groups does.
MAX_ROWS = 2000
MAX_ROWS_ON_SQLITE = 500


class Projection(Protocol):
    def apply(
        self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int], now: datetime
    ) -> None:
        """Fold the batches' rows (see `outbox.rows.in_batches`), except those whose id is in `skip`.

        Rows are written in one order everywhere (sorted keys), so that two workers never deadlock.
        """
        ...


class Projector:
    name = PROJECTOR

    def __init__(self, clock: Callable[[], datetime], *, max_rows: int = MAX_ROWS) -> None:
        self.max_rows = max_rows
        self._clock = clock
        self._projections: list[Projection] = []

    def add(self, projection: Projection) -> None:
        self._projections.append(projection)

    def apply(self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> None:
        now = self._clock()
        for projection in self._projections:
            projection.apply(session, batches, skip=skip, now=now)


def add_projection(config: Configurator, projection: Projection) -> None:
    """Directive: let `projection` fold every batch, in the order of declaration."""
    projector = config.registry.destinations[PROJECTOR]
    assert isinstance(projector, Projector), "the outbox package declares it"  # noqa: S101
    projector.add(projection)
