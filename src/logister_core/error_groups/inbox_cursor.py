"""Where the next page of the inbox starts: a signed position in the order of last sight, the newest first.

The position is only good for the project, filter and search it was made for. The day is not part of that
(the specification's §8.3 has it): a position in an order stays right at midnight, and a page turned just then should
not jump back to the first one. "New today" asks for today's groups anew on every page anyway.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from logister_core.error_groups.inbox_state import InboxState
from logister_core.security.tokens import Signer

SORT = "last_seen"
# Ours have about 120 characters.
_MAX_LENGTH = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of the page before."""

    last_seen_at: datetime
    group_id: int


class InboxCursors:
    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def write(self, project: UUID, state: InboxState, position: Position) -> str:
        moment = (position.last_seen_at - _EPOCH) // _MICROSECOND
        return self._signer.sign(f"{_context(project, state)} {moment} {position.group_id}".encode())

    def read(self, project: UUID, state: InboxState) -> Position | None:
        """The position in `state.cursor`; None when it is absent, was changed, or belongs to another list."""
        if not state.cursor or len(state.cursor) > _MAX_LENGTH:
            return None
        payload = self._signer.verified(state.cursor)
        if payload is None:
            return None
        context, moment, group_id = payload.decode().split(" ")
        if context != _context(project, state):
            return None
        return Position(_EPOCH + int(moment) * _MICROSECOND, int(group_id))


def _context(project: UUID, state: InboxState) -> str:
    parts = json.dumps([str(project), state.filter, state.q, SORT])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]
