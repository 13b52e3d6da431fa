"""PostgreSQL: rows go by binary COPY, encoded beforehand.

Format: PostgreSQL documentation, COPY, "Binary Format". Times are microseconds since 2000-01-01 UTC; jsonb is a
version byte and text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from struct import Struct
from typing import Any

import orjson
import psycopg
from sqlalchemy.orm import Session

from logister_core.db.arrays import array_text
from logister_core.ingest.columns import EVENT_COLUMNS, IDENTITY_COLUMNS, LEADING, SPAN_COLUMNS, Column
from logister_core.ingest.stores.base import Batch, Claim, Existing, Ident
from logister_core.outbox.models import DeliveryStatus

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_int4 = Struct(">i").pack
_int8 = Struct(">iq").pack
_float8 = Struct(">id").pack
_leading = Struct(">hiqiq").pack
_count = Struct(">h").pack


def _microseconds(value: datetime) -> int:
    since = value - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _bytes(value: bytes) -> bytes:
    return _int4(len(value)) + value


def _json(value: Any) -> bytes:
    data = orjson.dumps(value)
    return _int4(len(data) + 1) + b"\x01" + data


ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "text": lambda value: _bytes(value.encode()),
    "time": lambda value: _int8(8, _microseconds(value)),
    "uuid": lambda value: b"\x00\x00\x00\x10" + value.bytes,
    "int8": lambda value: _int8(8, value),
    "float8": lambda value: _float8(8, value),
    "bool": lambda value: b"\x00\x00\x00\x01\x01" if value else b"\x00\x00\x00\x01\x00",
    "json": _json,
    "bytes": _bytes,
}


def row_encoder(columns: Sequence[Column]) -> Callable[[Sequence[Any]], bytes]:
    """A function from values in column order to their part of a COPY row."""
    encoders = tuple(ENCODERS[column.kind] for column in columns)

    def encode(values: Sequence[Any]) -> bytes:
        return b"".join(
            [NULL if value is None else encoder(value) for encoder, value in zip(encoders, values, strict=True)]
        )

    return encode


def copy_statement(table: str, columns: Sequence[str]) -> str:
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"


EVENTS = copy_statement("ingest_events", [*LEADING, *(column.name for column in EVENT_COLUMNS)])
SPANS = copy_statement("trace_spans", [*LEADING, *(column.name for column in SPAN_COLUMNS)])
IDENTITIES = copy_statement("telemetry_identities", [column.name for column in IDENTITY_COLUMNS])

CLAIM = """
INSERT INTO telemetry_identities (project_id, uuid, record_id, recorded_at, is_span, record_uuid)
SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::uuid[])
ON CONFLICT DO NOTHING
RETURNING project_id, uuid
"""

OWNERS = """
SELECT project_id, uuid, record_id, recorded_at, is_span, record_uuid, retired_at IS NOT NULL
FROM telemetry_identities
JOIN unnest(%s::bigint[], %s::uuid[]) AS wanted (wanted_project, wanted_uuid)
  ON project_id = wanted_project AND uuid = wanted_uuid
"""


# Both tables in one go: each call more is one more wait for the server and for the interpreter's lock.
BATCH = """
WITH batch AS (
  INSERT INTO telemetry_batches
    (id, committed_at, first_record_id, last_record_id, earliest, latest, event_count, span_count)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
  RETURNING id, committed_at
)
INSERT INTO telemetry_deliveries (batch_id, destination, status, attempts, available_at)
SELECT id, destination, %s, 0, committed_at FROM batch, unnest(%s::text[]) AS destination
"""


class PostgreSQLStore:
    def __init__(self) -> None:
        self.encode_event = row_encoder(EVENT_COLUMNS)
        self.encode_span = row_encoder(SPAN_COLUMNS)
        self._encode_identity = row_encoder(IDENTITY_COLUMNS)

    def claim_fresh(self, session: Session, claims: Sequence[Claim]) -> None:
        head = _count(len(IDENTITY_COLUMNS))
        rows = [
            head
            + self._encode_identity(
                (
                    claim.ident.project_id,
                    claim.ident.uuid,
                    claim.record_id,
                    claim.recorded_at,
                    claim.is_span,
                    claim.record_uuid,
                )
            )
            for claim in claims
        ]
        _copy(session, IDENTITIES, rows)

    def claim(self, session: Session, claims: Sequence[Claim]) -> dict[Ident, Existing]:
        cursor = _connection(session).cursor()
        cursor.execute(
            CLAIM,
            (
                array_text(str(claim.ident.project_id) for claim in claims),
                array_text(claim.ident.uuid.hex for claim in claims),
                array_text(str(claim.record_id) for claim in claims),
                array_text(claim.recorded_at.isoformat() for claim in claims),
                array_text("t" if claim.is_span else "f" for claim in claims),
                array_text("NULL" if claim.record_uuid is None else claim.record_uuid.hex for claim in claims),
            ),
        )
        if cursor.rowcount == len(claims):
            return {}
        claimed = {Ident(*row) for row in cursor.fetchall()}
        taken = [claim.ident for claim in claims if claim.ident not in claimed]
        cursor.execute(OWNERS, ([ident.project_id for ident in taken], [ident.uuid for ident in taken]))
        return {
            Ident(project_id, uuid): Existing(record_id, recorded_at, is_span, record_uuid or uuid, retired)
            for project_id, uuid, record_id, recorded_at, is_span, record_uuid, retired in cursor.fetchall()
        }

    def insert_events(self, session: Session, batch_id: int, rows: Sequence[tuple[int, bytes]]) -> None:
        _insert(session, EVENTS, len(EVENT_COLUMNS), batch_id, rows)

    def insert_spans(self, session: Session, batch_id: int, rows: Sequence[tuple[int, bytes]]) -> None:
        _insert(session, SPANS, len(SPAN_COLUMNS), batch_id, rows)

    def insert_batch(self, session: Session, batch: Batch, destinations: Sequence[str]) -> None:
        _connection(session).execute(BATCH, (*batch, DeliveryStatus.PENDING.value, sorted(destinations)))


def _insert(session: Session, statement: str, columns: int, batch_id: int, rows: Sequence[tuple[int, bytes]]) -> None:
    fields = columns + len(LEADING)
    parts = []
    for row_id, encoded in rows:
        parts.append(_leading(fields, 8, row_id, 8, batch_id))
        parts.append(encoded)
    _copy(session, statement, parts)


def _copy(session: Session, statement: str, parts: list[bytes]) -> None:
    with _connection(session).cursor().copy(statement) as copy:
        copy.write(b"".join([SIGNATURE, *parts, TRAILER]))


def _connection(session: Session) -> psycopg.Connection[Any]:
    connection: Any = session.connection().connection.driver_connection
    return connection
