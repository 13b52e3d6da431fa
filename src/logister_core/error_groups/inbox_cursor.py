"""Where the next page of the inbox starts: a signed position in the order of its list.

The position is only good for the project or person, filter, assignee, search and order it was made for. The day is not
part of that (the specification's §8.3 has it): a position in an order stays right at midnight, and a page turned just
then should not jump back to the first one. "New today" asks for today's groups anew on every page anyway.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from logister_core.error_groups.inbox_sorts import SORTS, Place
from logister_core.error_groups.inbox_state import InboxState
from logister_core.security.tokens import Signer

# Ours have about 160 characters.
_MAX_LENGTH = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Position:
    """The place of the last row of the page before.

    `as_of` is when the first page was made. What is "new" is judged by that moment on every page, so that no group
    changes its place between two of them.
    """

    place: Place
    as_of: datetime


class InboxCursors:
    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def write(self, owner: UUID, state: InboxState, position: Position) -> str:
        """`owner` is the project's UUID, or the person's for the list over all their projects."""
        place = position.place
        value = place.value if isinstance(place.value, int) else _number(place.value)
        numbers = map(str, (_number(position.as_of), place.rank, value, place.id))
        return self._signer.sign(" ".join([_context(owner, state), *numbers]).encode())

    def read(self, owner: UUID, state: InboxState) -> Position | None:
        """The position in `state.cursor`; None when it is absent, was changed, or belongs to another list."""
        if not state.cursor or len(state.cursor) > _MAX_LENGTH:
            return None
        payload = self._signer.verified(state.cursor)
        if payload is None:
            return None
        context, as_of, rank, value, group_id = payload.decode().split(" ")
        if context != _context(owner, state):
            return None
        by_time = SORTS[state.sort].by_time
        place = Place(int(rank), _time(value) if by_time else int(value), int(group_id))
        return Position(place, _time(as_of))


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _time(text: str) -> datetime:
    return _EPOCH + int(text) * _MICROSECOND


def _context(owner: UUID, state: InboxState) -> str:
    parts = json.dumps([str(owner), state.filter, state.assignee, state.q, state.sort])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]
