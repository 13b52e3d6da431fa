"""What a request hands to the Acceptor, and what it gets back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from logister_core.ingest.errors import Invalid


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
    api_key_id: int
    touch_key: bool
    # Whether the key's last use should be recorded now.


@dataclass(frozen=True, slots=True)
class Accepted:
    """The committed row that answers a submitted one."""

    uuid: UUID
    id: int
    is_span: bool
    duplicate: bool


class IdentityTaken(Invalid):
    """The UUID names something else: a signal of the other kind, or a row that vanished."""

    def __init__(self, *, is_span: bool) -> None:
        super().__init__(
            ["Uuid has already been used for another telemetry signal"],
            reason="invalid_span" if is_span else "invalid_event",
        )
