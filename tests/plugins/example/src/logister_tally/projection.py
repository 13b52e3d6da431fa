"""Errors per release, folded in the database: the batch counts in the transaction that finishes its delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, func, select
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from logister_core.db.upsert import insert_for
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches

RELEASES = Table(
    "tally_releases",
    MetaData(),
    Column("project_id", BigInteger, primary_key=True),
    Column("release", String, primary_key=True),
    Column("errors", Integer, nullable=False),
)


class ErrorsPerRelease:
    def apply(
        self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int], now: datetime
    ) -> None:
        release = func.coalesce(IngestEvent.release, "")
        errors = (
            select(IngestEvent.project_id, release, func.count())
            .where(
                in_batches(IngestEvent, IngestEvent.occurred_at, batches),
                IngestEvent.id.not_in(skip),
                IngestEvent.event_type == EventType.ERROR.value,
            )
            .group_by(IngestEvent.project_id, release)
            .order_by(IngestEvent.project_id, release)
        )
        session.execute(CreateTable(RELEASES, if_not_exists=True))
        # In sorted order, like every projection: two workers wait for each other, never in a circle.
        for project_id, name, number in session.execute(errors).all():
            new = insert_for(session, RELEASES).values(project_id=project_id, release=name, errors=number)
            session.execute(
                new.on_conflict_do_update(
                    index_elements=[RELEASES.c.project_id, RELEASES.c.release],
                    set_={"errors": RELEASES.c.errors + new.excluded.errors},
                )
            )
