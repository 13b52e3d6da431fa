"""Counting what batches brought.

The projector applies each batch once (see `outbox.projector`), so plain sums are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from logister_core.db.upsert import insert_for
from logister_core.ingest.models import EventType, IngestEvent, TraceSpan
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches
from logister_core.receipts.models import ProjectDay

Key = tuple[int, date]
COUNTED = ("errors", "activity", "spans")


class DailyReceipts:
    """The projection."""

    def apply(
        self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int], now: datetime
    ) -> None:
        committed = {batch.id: batch.committed_at for batch in batches}
        counts: dict[Key, Counter[str]] = {}
        latest: dict[Key, datetime] = {}
        for project_id, batch_id, column, number in _found(session, batches, skip):
            moment = committed[batch_id]
            key = (project_id, moment.date())
            counts.setdefault(key, Counter())[column] += number
            latest[key] = max(moment, latest.get(key, moment))
        if counts:
            _add(
                session,
                [
                    {
                        "project_id": key[0],
                        "day": key[1],
                        "last_received_at": latest[key],
                        **{column: counts[key][column] for column in COUNTED},
                    }
                    # By key, so that two workers never wait for each other in a circle.
                    for key in sorted(counts)
                ],
            )


def _found(
    session: Session, batches: Sequence[TelemetryBatch], skip: frozenset[int]
) -> list[tuple[int, int, str, int]]:
    """Project, batch, column and number of rows."""
    event, span = IngestEvent, TraceSpan
    errors = func.count().filter(event.event_type == EventType.ERROR.value)
    events = select(event.project_id, event.batch_id, errors, func.count()).where(
        in_batches(event, event.occurred_at, batches)
    )
    spans = select(span.project_id, span.batch_id, func.count()).where(in_batches(span, span.started_at, batches))
    if skip:
        events, spans = events.where(event.id.not_in(skip)), spans.where(span.id.not_in(skip))
    found = []
    if any(batch.event_count for batch in batches):
        for project_id, batch_id, failed, total in session.execute(events.group_by(event.project_id, event.batch_id)):
            found += [(project_id, batch_id, "errors", failed), (project_id, batch_id, "activity", total - failed)]
    if any(batch.span_count for batch in batches):
        for project_id, batch_id, total in session.execute(spans.group_by(span.project_id, span.batch_id)):
            found.append((project_id, batch_id, "spans", total))
    return found


def _add(session: Session, rows: list[dict[str, Any]]) -> None:
    upsert = insert_for(session, ProjectDay)
    new, day = upsert.excluded, ProjectDay
    session.execute(
        upsert.on_conflict_do_update(
            index_elements=["project_id", "day"],
            set_={
                **{column: getattr(day, column) + getattr(new, column) for column in COUNTED},
                "last_received_at": case(
                    (new.last_received_at > day.last_received_at, new.last_received_at), else_=day.last_received_at
                ),
            },
        ),
        rows,
    )
