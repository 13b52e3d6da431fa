"""What intake asks of a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.orm import Session


class Ident(NamedTuple):
    """What must be unique: a UUID within a project."""

    project_id: int
    uuid: UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """An identity that a new row wants."""

    ident: Ident
    record_id: int
    recorded_at: datetime
    is_span: bool
    record_uuid: UUID | None
    # Public id of the row where it differs from the ident's UUID: a span's second identity.


@dataclass(frozen=True, slots=True)
class Existing:
    """An identity that is taken, and by which row."""

    record_id: int
    recorded_at: datetime
    is_span: bool
    uuid: UUID
    retired: bool


class Batch(NamedTuple):
    """The rows of one transaction, as the outbox records them (see `outbox.models.TelemetryBatch`)."""

    id: int
    committed_at: datetime
    first_record_id: int
    last_record_id: int
    earliest: datetime
    latest: datetime
    event_count: int
    span_count: int


class Store(Protocol):
    """Encoding runs in request threads, everything else on the one thread that commits."""

    def encode_event(self, values: Sequence[Any]) -> Any:
        """Values in the order of EVENT_COLUMNS, ready for `insert_events`."""
        ...

    def encode_span(self, values: Sequence[Any]) -> Any: ...

    def claim_fresh(self, session: Session, claims: Sequence[Claim]) -> None:
        """Record identities that the server just made and nobody else can have."""
        ...

    def claim(self, session: Session, claims: Sequence[Claim]) -> dict[Ident, Existing]:
        """Record identities sorted by ident; those that were taken before come back with their owner.

        Waits for transactions that are about to take the same identity, so two processes agree on one owner.
        """
        ...

    def insert_events(self, session: Session, batch_id: int, rows: Sequence[tuple[int, Any]]) -> None:
        """Rows are (id, encoded)."""
        ...

    def insert_spans(self, session: Session, batch_id: int, rows: Sequence[tuple[int, Any]]) -> None: ...

    def insert_batch(self, session: Session, batch: Batch, destinations: Sequence[str]) -> None:
        """Record the batch and a delivery that is due at once for each destination."""
        ...
