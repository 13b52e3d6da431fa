"""What must still happen to accepted telemetry, as rows.

A table and not a queue: the rows commit together with the telemetry, so nothing accepted is forgotten when a
broker is down, and an operator can list, count and replay them. One delivery per committed batch and destination
keeps the cost per event near zero.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.db.base import Base, big_pk
from logister_core.db.types import one_of


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    RETRYING = "retrying"
    COMPLETED = "completed"


UNFINISHED = text(f"status <> '{DeliveryStatus.COMPLETED.value}'")


class TelemetryBatch(Base):
    """The rows that one transaction accepted.

    Row ids of a batch lie in `first_record_id … last_record_id` and their times in `earliest … latest`, which leads
    to them through the primary key, without an index of its own. Ids between may belong to other batches.
    """

    __tablename__ = "telemetry_batches"
    __table_args__ = (Index(None, "committed_at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    committed_at: Mapped[datetime]
    first_record_id: Mapped[int] = mapped_column(BigInteger)
    last_record_id: Mapped[int] = mapped_column(BigInteger)
    earliest: Mapped[datetime]
    latest: Mapped[datetime]
    event_count: Mapped[int]
    span_count: Mapped[int]


class TelemetryDelivery(Base):
    """What one destination still owes one batch. There is no terminal failure by count or age."""

    __tablename__ = "telemetry_deliveries"
    __table_args__ = (
        UniqueConstraint("batch_id", "destination"),
        # Completed deliveries are many and never looked for.
        Index(None, "destination", "available_at", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        one_of("status", DeliveryStatus),
    )

    id: Mapped[big_pk]
    batch_id: Mapped[int] = mapped_column(ForeignKey("telemetry_batches.id", ondelete="CASCADE"))
    destination: Mapped[str]
    status: Mapped[str] = mapped_column(default=DeliveryStatus.PENDING.value)
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    # When it may be taken (again): after a failure the back-off, while leased the end of the lease.
    lease_token: Mapped[str | None]
    completed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]

    batch: Mapped[TelemetryBatch] = relationship()


class TelemetryFailure(Base):
    """A row that can never succeed at a destination, recorded alone so that its batch goes on."""

    __tablename__ = "telemetry_failures"
    __table_args__ = (UniqueConstraint("destination", "record_id", "is_span"),)

    id: Mapped[big_pk]
    destination: Mapped[str]
    batch_id: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    record_id: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime]
    is_span: Mapped[bool]
    reason: Mapped[str]
    failed_at: Mapped[datetime]
