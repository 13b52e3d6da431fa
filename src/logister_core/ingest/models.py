"""Telemetry as it was accepted. Rows are appended and never changed; grouping links to them from outside.

What is searched, filtered, charted or grouped is a typed column; everything that the client sent is one compressed
`body` (see `ingest.body`). Reading one event inflates one body; lists never do. The columns carry no checks: values
are validated before they get here, and each check would be paid for on every row of the hottest path.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, PrimaryKeyConstraint, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, BigID


class EventType(StrEnum):
    ERROR = "error"
    METRIC = "metric"
    TRANSACTION = "transaction"
    LOG = "log"
    CHECK_IN = "check_in"


def _of_logs(column: str) -> Index:
    condition = text(f"event_type = 'log' AND {column} IS NOT NULL")
    return Index(None, "project_id", column, "occurred_at", sqlite_where=condition, postgresql_where=condition)


class IngestEvent(Base):
    """Partitioned by month of `occurred_at` on PostgreSQL, which is why that column is in the key."""

    __tablename__ = "ingest_events"
    __table_args__ = (
        PrimaryKeyConstraint("id", "occurred_at"),
        Index(None, "project_id", "occurred_at"),
        Index(None, "project_id", "event_type", "occurred_at"),
        # Logs that share an id with an error are looked for by that id; other events do not pay for these.
        *(_of_logs(column) for column in ("trace_id", "request_id", "session_id", "end_user_id")),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    batch_id: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(BigInteger)
    api_key_id: Mapped[int] = mapped_column(BigInteger)
    uuid: Mapped[UUID]
    event_type: Mapped[str]
    time_precision: Mapped[str]
    # exact, reporting_interval or received_only (specification, ingest chapter §5.5)
    indexes_deployment: Mapped[bool]
    # whether the projector should look for release, repository and commit in the body
    level: Mapped[str | None]
    message: Mapped[str]
    fingerprint: Mapped[str | None]
    grouping_strategy: Mapped[str | None]
    grouping_key: Mapped[str | None]
    environment: Mapped[str]
    release: Mapped[str | None]
    service: Mapped[str | None]
    exception_class: Mapped[str | None]
    culprit: Mapped[str | None]
    trace_id: Mapped[str | None]
    request_id: Mapped[str | None]
    session_id: Mapped[str | None]
    end_user_id: Mapped[str | None]
    transaction_name: Mapped[str | None]
    status_code: Mapped[str | None]
    duration_ms: Mapped[float | None]
    metric_value: Mapped[float | None]
    metric_unit: Mapped[str | None]
    tags: Mapped[dict[str, Any] | None]
    body: Mapped[bytes]


class TraceSpan(Base):
    """Partitioned by month of `started_at` on PostgreSQL."""

    __tablename__ = "trace_spans"
    __table_args__ = (
        PrimaryKeyConstraint("id", "started_at"),
        Index(None, "project_id", "started_at"),
        Index(None, "project_id", "trace_id"),
        {"postgresql_partition_by": "RANGE (started_at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    received_at: Mapped[datetime]
    batch_id: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(BigInteger)
    api_key_id: Mapped[int] = mapped_column(BigInteger)
    uuid: Mapped[UUID]
    trace_id: Mapped[str]
    span_id: Mapped[str]
    parent_span_id: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str | None]
    duration_ms: Mapped[float]
    environment: Mapped[str]
    release: Mapped[str | None]
    service: Mapped[str | None]
    request_id: Mapped[str | None]
    transaction_name: Mapped[str | None]
    body: Mapped[bytes]


class TelemetryIdentity(Base):
    """The ledger: which identifiers of a project are taken, and by which row.

    It is what makes a repeat a duplicate, also after retention removed the row (`retired_at`), and the look-up
    behind `/events/{uuid}`. A span has a second identity made from its trace and span id; `record_uuid` then
    names the span's public id.
    """

    __tablename__ = "telemetry_identities"
    __table_args__ = (PrimaryKeyConstraint("project_id", "uuid"),)

    project_id: Mapped[int] = mapped_column(BigInteger)
    # No foreign key: PostgreSQL would look the project up again for every row on the hottest path.
    uuid: Mapped[UUID]
    record_id: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime]
    # occurred_at or started_at of the row: with the id it is the row's key
    is_span: Mapped[bool]
    record_uuid: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]


class TelemetryDictionary(Base):
    """Text that bodies of a project were compressed with; needed for as long as one of them is kept."""

    __tablename__ = "telemetry_dictionaries"
    __table_args__ = (Index(None, "project_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # made of project and content, see `ingest.dictionaries`
    project_id: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes]
    created_at: Mapped[datetime]


class TelemetryIDBlock(Base):
    """Where the next block of telemetry row ids starts; each process takes a block at a time."""

    __tablename__ = "telemetry_id_blocks"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    next_id: Mapped[int] = mapped_column(BigID)
