"""How another strategy would have grouped a project's latest errors. Nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from logister_core.error_groups.grouping import decide
from logister_core.error_groups.models import ErrorGroup, ErrorGroupKey, ErrorOccurrence
from logister_core.error_groups.story import full_title
from logister_core.ingest.body import context_of
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.projects.models import Project
from logister_core.redaction import redact
from logister_core.web.formatting import first_line

MOST_EVENTS = 1_000
# Of each sort; who wants to see more should not switch.
SHOWN = 20
_EXAMPLES = 3


class Regrouped(NamedTuple):
    """One event: the group it is in, the key it would have, and the first line of its message."""

    group_id: int
    key: str
    message: str


@dataclass(frozen=True, slots=True)
class Title:
    uuid: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Split:
    """An error that would become several; `parts` are pairs of a message and a number of events, the largest first."""

    title: Title
    events: int
    number: int
    parts: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Join:
    """Errors that would become one."""

    titles: list[Title]
    number: int
    events: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`events` were looked at; they are in `now` errors and would be in `then`, of which `anew` have a key that leads
    to no error of today. `splits` and `joins` are the largest, of `split` and `joined` in all.
    """

    events: int
    now: int
    then: int
    anew: int
    split: int
    splits: list[Split]
    joined: int
    joins: list[Join]


def preview(session: Session, project: Project, strategy: str) -> Preview:
    """Of the project's latest errors, at most `MOST_EVENTS`. Raises ValueError for an unknown strategy."""
    events = _regrouped(session, project, strategy)
    groups = select(ErrorGroup).where(ErrorGroup.id.in_({event.group_id for event in events}))
    titles = {group.id: Title(group.uuid, full_title(group)) for group in session.scalars(groups)}
    return compare(events, titles, known=_known(session, project, {event.key for event in events}))


def compare(events: list[Regrouped], titles: Mapping[int, Title], *, known: set[str]) -> Preview:
    """`known` are the keys that lead to an error already."""
    keys: dict[int, Counter[str]] = defaultdict(Counter)
    groups: dict[str, Counter[int]] = defaultdict(Counter)
    message: dict[str, str] = {}
    for event in events:
        keys[event.group_id][event.key] += 1
        groups[event.key][event.group_id] += 1
        message.setdefault(event.key, event.message)
    splits = [
        Split(
            title=titles[group_id],
            events=found.total(),
            number=len(found),
            parts=[(message[key], number) for key, number in found.most_common(_EXAMPLES)],
        )
        for group_id, found in keys.items()
        if len(found) > 1
    ]
    joins = [
        Join([titles[group_id] for group_id, _ in found.most_common(_EXAMPLES)], len(found), found.total())
        for found in groups.values()
        if len(found) > 1
    ]
    return Preview(
        events=len(events),
        now=len(keys),
        then=len(groups),
        anew=len(groups.keys() - known),
        split=len(splits),
        splits=sorted(splits, key=lambda split: -split.events)[:SHOWN],
        joined=len(joins),
        joins=sorted(joins, key=lambda join: -join.events)[:SHOWN],
    )


def _regrouped(session: Session, project: Project, strategy: str) -> list[Regrouped]:
    event, occurrence = IngestEvent, ErrorOccurrence
    latest = (
        select(event.id, event.occurred_at)
        .where(event.project_id == project.id, event.event_type == EventType.ERROR.value)
        .order_by(event.occurred_at.desc(), event.id.desc())
        .limit(MOST_EVENTS)
    )
    wanted = session.execute(latest).all()
    if not wanted:
        return []
    times = [row.occurred_at for row in wanted]
    rows = session.execute(
        select(event.uuid, event.message, event.fingerprint, event.body, occurrence.error_group_id)
        # An event that is not grouped yet says nothing about the groups of now.
        .join(occurrence, occurrence.ingest_event_id == event.id)
        .where(event.id.in_([row.id for row in wanted]), event.occurred_at.between(min(times), max(times)))
    )
    return [
        Regrouped(row.error_group_id, _key(row, strategy, session), redact(first_line(row.message))) for row in rows
    ]


def _key(row: Any, strategy: str, session: Session) -> str:
    return decide(
        strategy,
        fingerprint=row.fingerprint,
        message=row.message,
        context=context_of(row.body, session),
        event_uuid=row.uuid,
    ).key


def _known(session: Session, project: Project, keys: Iterable[str]) -> set[str]:
    pairs = sorted((project.id, key) for key in keys)
    found = select(ErrorGroupKey.key).where(tuple_(ErrorGroupKey.project_id, ErrorGroupKey.key).in_(pairs))
    return set(session.scalars(found)) if pairs else set()
