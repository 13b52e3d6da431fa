"""From the terms of a search to conditions on groups.

Terms of one kind widen each other (`env:a env:b` is either), terms of different kinds and words narrow, and what is
negated is always left out. The four statuses and the other values of `is:` are two kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal_column, not_, or_, type_coerce
from sqlalchemy.types import Text

from logister_core.error_groups.models import ErrorGroup, GroupStatus
from logister_core.error_groups.search.matching import contains, escaped
from logister_core.error_groups.search.terms import Assigned, Is, Key, Search, Term
from logister_core.error_groups.story import NEW_FOR

_RELEASES = (ErrorGroup.introduced_in_release, ErrorGroup.last_seen_release, ErrorGroup.regressed_in_release)

is_open: ColumnElement[bool] = ErrorGroup.status == GroupStatus.UNRESOLVED.value
# Written with a constant and not a value, since the index of such groups is only used for the same words.
came_back: ColumnElement[bool] = and_(
    is_open, type_coerce(ErrorGroup.current_regression, Text()) != literal_column("'{}'")
)

snoozed: ColumnElement[bool] = and_(
    ErrorGroup.status == GroupStatus.IGNORED.value, type_coerce(ErrorGroup.snooze, Text()) != literal_column("'{}'")
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who searches and when; `people` are the ids of those who can be named, by e-mail address."""

    user_id: int
    people: Mapping[str, int]
    now: datetime


def conditions(search: Search, asker: Asker) -> list[ColumnElement[bool]]:
    """All of them hold for what is found."""
    kinds: dict[Any, list[ColumnElement[bool]]] = {}
    found: list[ColumnElement[bool]] = []
    for number, term in enumerate(search.terms):
        condition = _CONDITIONS[term.key](term, asker)
        if term.negated:
            found.append(not_(condition))
        else:
            # Every word counts for itself.
            kind = number if term.key is Key.TEXT else (term.key, term.status)
            kinds.setdefault(kind, []).append(condition)
    return [*(or_(*alike) for alike in kinds.values()), *found]


def is_new(now: datetime) -> ColumnElement[bool]:
    return and_(is_open, ErrorGroup.first_seen_at > now - NEW_FOR)


def _is(term: Term, asker: Asker) -> ColumnElement[bool]:
    if term.value == Is.NEW:
        return is_new(asker.now)
    if term.value == Is.REGRESSED:
        return came_back
    if term.value == Is.SNOOZED:
        return snoozed
    return ErrorGroup.status == term.value


def _assigned(term: Term, asker: Asker) -> ColumnElement[bool]:
    # Written so that the negation of each is never null.
    if term.value == Assigned.NONE:
        return ErrorGroup.assigned_user_id.is_(None)
    if term.value == Assigned.ANYONE:
        return ErrorGroup.assigned_user_id.is_not(None)
    person = asker.user_id if term.value == Assigned.ME else asker.people.get(term.value)
    if person is None:
        return false()
    return and_(ErrorGroup.assigned_user_id.is_not(None), ErrorGroup.assigned_user_id == person)


def _release(term: Term, asker: Asker) -> ColumnElement[bool]:
    return or_(*(_text(func.coalesce(column, ""), term) for column in _RELEASES))


def _of_release(column: Any) -> Callable[[Term, Asker], ColumnElement[bool]]:
    # Never null, so that what has no release is found by the negation.
    return lambda term, asker: _text(func.coalesce(column, ""), term)


def _environment(term: Term, asker: Asker) -> ColumnElement[bool]:
    return _text(ErrorGroup.stage, term)


def _level(term: Term, asker: Asker) -> ColumnElement[bool]:
    return _text(ErrorGroup.severity, term)


def _text(column: Any, term: Term) -> ColumnElement[bool]:
    """Equal to the value, in whatever case; with a prefix, beginning with it."""
    # Folded by the database on both sides: SQLite knows A to Z only, Python all letters.
    if term.prefix:
        found: ColumnElement[bool] = func.lower(column).like(func.lower(f"{escaped(term.value)}%"), escape="/")
        return found
    return func.lower(column) == func.lower(term.value)


_CONDITIONS: Mapping[Key, Callable[[Term, Asker], ColumnElement[bool]]] = {
    Key.TEXT: lambda term, asker: contains(term.value),
    Key.IS: _is,
    Key.ASSIGNED: _assigned,
    Key.RELEASE: _release,
    Key.INTRODUCED: _of_release(ErrorGroup.introduced_in_release),
    Key.REGRESSED: _of_release(ErrorGroup.regressed_in_release),
    Key.ENV: _environment,
    Key.LEVEL: _level,
}
