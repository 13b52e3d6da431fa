"""The orders of the inbox, always with the largest first: by rank, then by a column, then by the group's id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, not_, select, true, tuple_

from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.search.conditions import came_back, is_new


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group is in an order. No two groups are at the same place."""

    rank: int
    value: datetime | int
    id: int


@dataclass(frozen=True, slots=True)
class Sort:
    """`ranks` are the conditions of each rank at a moment, from 0; every group fulfils exactly one of them."""

    column: Any
    ranks: Callable[[datetime], list[ColumnElement[bool]]]

    @property
    def by_time(self) -> bool:
        return self.column is not ErrorGroup.occurrence_count

    @property
    def least(self) -> ColumnElement[Any]:
        """Nothing comes after it."""
        return literal(datetime.min.replace(tzinfo=UTC) if self.by_time else 0, self.column.type)

    def places(self, as_of: datetime, *, after: Place | None, limit: int) -> list[Select[tuple[int, Any, int]]]:
        """A query for each rank that is not before `after`; each can read an index in its order."""
        queries = []
        for rank, condition in enumerate(self.ranks(as_of)):
            if after is not None and rank > after.rank:
                continue
            query = select(literal(rank).label("rank"), self.column.label("value"), ErrorGroup.id.label("id"))
            if after is not None and rank == after.rank:
                behind = tuple_(literal(after.value, self.column.type), literal(after.id, ErrorGroup.id.type))
                query = query.where(tuple_(self.column, ErrorGroup.id) < behind)
            query = query.where(condition).order_by(self.column.desc(), ErrorGroup.id.desc()).limit(limit)
            queries.append(query)
        return queries


def _alike(as_of: datetime) -> list[ColumnElement[bool]]:
    return [true()]


def _attention(as_of: datetime) -> list[ColumnElement[bool]]:
    """What came back before what is new before the rest."""
    new = is_new(as_of)
    return [and_(not_(came_back), not_(new)), and_(not_(came_back), new), came_back]


SORTS: Mapping[str, Sort] = {
    "last_seen": Sort(ErrorGroup.last_seen_at, _alike),
    "first_seen": Sort(ErrorGroup.first_seen_at, _alike),
    "events": Sort(ErrorGroup.occurrence_count, _alike),
    "attention": Sort(ErrorGroup.last_seen_at, _attention),
}
