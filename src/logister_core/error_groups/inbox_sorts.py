"""The orders of the inbox: what each sorts by, always the largest first, and the group's id last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, literal, tuple_

from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.search.conditions import came_back, is_new

Value = datetime | int


@dataclass(frozen=True, slots=True)
class Sort:
    """`keys` makes the expressions at a moment; `times` tells which of their values are times, the others are numbers.

    The id is part of both, so that no two groups are at the same place.
    """

    keys: Callable[[datetime], list[ColumnElement[Any]]]
    times: tuple[bool, ...]

    def after(self, values: tuple[Value, ...], as_of: datetime) -> ColumnElement[bool]:
        """The groups behind the one with these values, in this order."""
        keys = self.keys(as_of)
        there = (literal(value, key.type) for value, key in zip(values, keys, strict=True))
        return tuple_(*keys) < tuple_(*there)


def _attention(as_of: datetime) -> ColumnElement[int]:
    """What came back before what is new before the rest."""
    return case((came_back, 2), (is_new(as_of), 1), else_=0)


_ID: Any = ErrorGroup.id
_LAST: Any = ErrorGroup.last_seen_at
_FIRST: Any = ErrorGroup.first_seen_at
_EVENTS: Any = ErrorGroup.occurrence_count

SORTS: Mapping[str, Sort] = {
    "last_seen": Sort(lambda as_of: [_LAST, _ID], (True, False)),
    "first_seen": Sort(lambda as_of: [_FIRST, _ID], (True, False)),
    "events": Sort(lambda as_of: [_EVENTS, _ID], (False, False)),
    "attention": Sort(lambda as_of: [_attention(as_of), _LAST, _ID], (False, True, False)),
}
