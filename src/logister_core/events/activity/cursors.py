"""Positions in the list of events, as they stand in addresses."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FORM = re.compile(rb"(-?[0-9]{1,18}) ([0-9]{1,18})")
# Ours have 44 characters at most.
_MAX_LENGTH = 60


class Position(NamedTuple):
    """Of one event in the order by time; of several at one moment the later accepted one is newer."""

    occurred_at: datetime
    event_id: int


def write_cursor(position: Position) -> str:
    text = f"{(position.occurred_at - _EPOCH) // _MICROSECOND} {position.event_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> Position | None:
    """None for anything that is no cursor of ours. It hides nothing, so it is not signed."""
    if not cursor or len(cursor) > _MAX_LENGTH or not cursor.isascii():
        return None
    try:
        found = _FORM.fullmatch(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if found is None:
            return None
        return Position(_EPOCH + int(found[1]) * _MICROSECOND, int(found[2]))
    except (binascii.Error, OverflowError):
        return None
