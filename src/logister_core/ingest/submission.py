"""What a request hands to the Acceptor, and what it gets back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from logister_core.ingest.errors import Invalid
from logister_core.ingest.usage import Use


@dataclass(slots=True)
class Row:
    """One telemetry row, encoded for the database except for its id and batch."""

    project_id: int
    is_span: bool
    uuid: UUID
    client_uuid: bool
    # The client chose the UUID, so it may be taken.
    natural_uuid: UUID | None
    # A span's second identity, made from its trace and span id.
    recorded_at: datetime
    encoded: Any
    size: int
    # Bytes, for bounding what one transaction takes.


@dataclass(slots=True)
class Submission:
    """Rows that are accepted together or not at all."""

    rows: list[Row]
    use: Use | None = None
    # To be recorded; None when a recent one is known.
    is_batch: bool = False
    # In a batch a span that is known under another UUID is an error, elsewhere a duplicate.


@dataclass(frozen=True, slots=True)
class Accepted:
    """The committed row that answers a submitted one."""

    uuid: UUID
    id: int
    is_span: bool
    duplicate: bool


UUID_TAKEN = "Uuid has already been used for another telemetry signal"
SPAN_TAKEN = "Span has already been taken"


class IdentityTaken(Invalid):
    """Rows whose identity names something else: a signal of the other kind, or a row that vanished.

    `by_row` leads from a row's position in the submission to the sentence about it.
    """

    def __init__(self, by_row: dict[int, str], *, is_span: bool = False) -> None:
        super().__init__([next(iter(by_row.values()))], reason="invalid_span" if is_span else "invalid_event")
        self.by_row = by_row
