"""SQLite: one writer at a time, so looking before inserting is safe inside the transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from logister_core.db.types import sqlite_time
from logister_core.ingest.columns import EVENT_COLUMNS, IDENTITY_COLUMNS, LEADING, SPAN_COLUMNS, Column
from logister_core.ingest.stores.base import Batch, Claim, Existing, Ident
from logister_core.outbox.models import DeliveryStatus

# Two parameters an identity; SQLite allows far more, but plans long lists slowly.
LOOKED_UP_AT_ONCE = 200

ENCODERS: dict[str, Callable[[Any], Any] | None] = {
    "text": None,
    "time": sqlite_time,
    "uuid": lambda value: value.hex,
    "int8": None,
    "float8": None,
    "bool": int,
    "json": lambda value: orjson.dumps(value).decode(),
    "bytes": None,
}


def row_encoder(columns: Sequence[Column]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """A function from values in column order to the parameters of an INSERT."""
    encoders = tuple(ENCODERS[column.kind] for column in columns)

    def encode(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            value if value is None or encoder is None else encoder(value)
            for encoder, value in zip(encoders, values, strict=True)
        )

    return encode


def insert_statement(table: str, columns: Sequence[str]) -> str:
    # Names come from the constants in `columns`, never from input.
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608


EVENTS = insert_statement("ingest_events", [*LEADING, *(column.name for column in EVENT_COLUMNS)])
SPANS = insert_statement("trace_spans", [*LEADING, *(column.name for column in SPAN_COLUMNS)])
IDENTITIES = insert_statement("telemetry_identities", [column.name for column in IDENTITY_COLUMNS])
BATCHES = insert_statement("telemetry_batches", Batch._fields)
DELIVERIES = insert_statement("telemetry_deliveries", ["batch_id", "destination", "status", "attempts", "available_at"])

OWNERS = """
SELECT project_id, uuid, record_id, recorded_at, is_span, record_uuid, retired_at IS NOT NULL
FROM telemetry_identities WHERE (project_id, uuid) IN (VALUES %s)
"""


class SQLiteStore:
    def __init__(self) -> None:
        self.encode_event = row_encoder(EVENT_COLUMNS)
        self.encode_span = row_encoder(SPAN_COLUMNS)
        self._encode_identity = row_encoder(IDENTITY_COLUMNS)

    def claim_fresh(self, session: Session, claims: Sequence[Claim]) -> None:
        _cursor(session).executemany(IDENTITIES, [self._parameters(claim) for claim in claims])

    def claim(self, session: Session, claims: Sequence[Claim]) -> dict[Ident, Existing]:
        taken = dict(_owners(session, [claim.ident for claim in claims]))
        self.claim_fresh(session, [claim for claim in claims if claim.ident not in taken])
        return taken

    def insert_events(self, session: Session, batch_id: int, rows: Sequence[tuple[int, Any]]) -> None:
        _cursor(session).executemany(EVENTS, [(row_id, batch_id, *encoded) for row_id, encoded in rows])

    def insert_spans(self, session: Session, batch_id: int, rows: Sequence[tuple[int, Any]]) -> None:
        _cursor(session).executemany(SPANS, [(row_id, batch_id, *encoded) for row_id, encoded in rows])

    def insert_batch(self, session: Session, batch: Batch, destinations: Sequence[str]) -> None:
        values = [sqlite_time(value) if isinstance(value, datetime) else value for value in batch]
        due = sqlite_time(batch.committed_at)
        cursor = _cursor(session)
        cursor.execute(BATCHES, values)
        cursor.executemany(
            DELIVERIES, [(batch.id, name, DeliveryStatus.PENDING.value, 0, due) for name in sorted(destinations)]
        )

    def _parameters(self, claim: Claim) -> tuple[Any, ...]:
        return self._encode_identity(
            (
                claim.ident.project_id,
                claim.ident.uuid,
                claim.record_id,
                claim.recorded_at,
                claim.is_span,
                claim.record_uuid,
            )
        )


def _owners(session: Session, idents: Sequence[Ident]) -> Iterator[tuple[Ident, Existing]]:
    cursor = _cursor(session)
    for start in range(0, len(idents), LOOKED_UP_AT_ONCE):
        part = idents[start : start + LOOKED_UP_AT_ONCE]
        parameters = [value for ident in part for value in (ident.project_id, ident.uuid.hex)]
        cursor.execute(OWNERS % ", ".join(["(?, ?)"] * len(part)), parameters)
        for project_id, uuid, record_id, recorded_at, is_span, record_uuid, retired in cursor.fetchall():
            yield (
                Ident(project_id, UUID(uuid)),
                Existing(
                    record_id,
                    datetime.fromisoformat(recorded_at).replace(tzinfo=UTC),
                    bool(is_span),
                    UUID(record_uuid or uuid),
                    bool(retired),
                ),
            )


def _cursor(session: Session) -> sqlite3.Cursor:
    connection: Any = session.connection().connection.driver_connection
    cursor: sqlite3.Cursor = connection.cursor()
    return cursor
