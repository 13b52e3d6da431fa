"""Where every accepted batch is delivered to: the file."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logister_core.ingest.models import IngestEvent
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches
from logister_tally.ledger import Count, Ledger


class TallyFile:
    """Twice equals once, because the file keeps one count per batch and project."""

    name = "tally"
    max_rows = 5000

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def apply(self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> None:
        events = (
            select(IngestEvent.batch_id, IngestEvent.project_id, func.count())
            .where(in_batches(IngestEvent, IngestEvent.occurred_at, batches), IngestEvent.id.not_in(skip))
            .group_by(IngestEvent.batch_id, IngestEvent.project_id)
        )
        days = {batch.id: batch.committed_at.date() for batch in batches}
        self._ledger.record(
            Count(batch_id, project_id, days[batch_id], number)
            for batch_id, project_id, number in session.execute(events)
        )
