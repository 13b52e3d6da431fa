"""Finding the rows of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.outbox.models import TelemetryBatch


@dataclass(frozen=True)
class RowKey:
    id: int
    batch_id: int
    project_id: int
    recorded_at: datetime
    is_span: bool


def in_batches(model: Any, time_column: Any, batches: Sequence[TelemetryBatch]) -> ColumnElement[bool]:
    """The condition that picks the batches' rows of one table, through its primary key."""
    return and_(
        model.id.between(
            min(batch.first_record_id for batch in batches), max(batch.last_record_id for batch in batches)
        ),
        time_column.between(min(batch.earliest for batch in batches), max(batch.latest for batch in batches)),
        model.batch_id.in_([batch.id for batch in batches]),
    )


def rows_of(session: Session, batches: Sequence[TelemetryBatch]) -> list[RowKey]:
    """Every row of the batches, by id."""
    found = []
    for model, column, is_span in (
        (IngestEvent, IngestEvent.occurred_at, False),
        (TraceSpan, TraceSpan.started_at, True),
    ):
        keys = select(model.id, model.batch_id, model.project_id, column).where(in_batches(model, column, batches))
        found += [RowKey(*row, is_span=is_span) for row in session.execute(keys)]
    return sorted(found, key=lambda row: row.id)
