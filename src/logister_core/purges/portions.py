"""Removing what belongs to a project, so many rows at a time.

Only tables that can grow large are listed. Everything else refers to the project with ON DELETE CASCADE and goes with
its row; a test walks all tables and finds the one that does neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from logister_core.error_groups.models import ErrorGroup, ErrorGroupPerson, ErrorOccurrence
from logister_core.ingest.models import IngestEvent, TelemetryDictionary, TelemetryIdentity, TraceSpan

# Rows of one transaction: on SQLite nobody else can write meanwhile.
AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Portion:
    """`remove` takes the session, the project's id and a limit, and returns how many rows it removed."""

    name: str
    label: str
    remove: Callable[[Session, int, int], int]


def _telemetry(model: Any, moment: Any) -> Callable[[Session, int, int], int]:
    def remove(session: Session, project_id: int, limit: int) -> int:
        some = select(model.id, moment).where(model.project_id == project_id).order_by(moment).limit(limit)
        rows = session.execute(some).all()
        if not rows:
            return 0
        # With the range of times PostgreSQL opens the partitions concerned and no other.
        return _deleted(
            session,
            delete(model).where(model.id.in_([row.id for row in rows]), moment.between(rows[0][1], rows[-1][1])),
        )

    return remove


def _occurrences(session: Session, project_id: int, limit: int) -> int:
    some = (
        select(ErrorOccurrence.id)
        .join(ErrorGroup, ErrorGroup.id == ErrorOccurrence.error_group_id)
        .where(ErrorGroup.project_id == project_id)
        .limit(limit)
    )
    return _deleted(session, delete(ErrorOccurrence).where(ErrorOccurrence.id.in_(some)))


def _people(session: Session, project_id: int, limit: int) -> int:
    key = (ErrorGroupPerson.error_group_id, ErrorGroupPerson.person)
    some = (
        select(*key)
        .join(ErrorGroup, ErrorGroup.id == ErrorGroupPerson.error_group_id)
        .where(ErrorGroup.project_id == project_id)
        .limit(limit)
    )
    return _deleted(session, delete(ErrorGroupPerson).where(tuple_(*key).in_(some)))


def _groups(session: Session, project_id: int, limit: int) -> int:
    some = select(ErrorGroup.id).where(ErrorGroup.project_id == project_id).order_by(ErrorGroup.id).limit(limit)
    return _deleted(session, delete(ErrorGroup).where(ErrorGroup.id.in_(some)))


def _identities(session: Session, project_id: int, limit: int) -> int:
    identity = TelemetryIdentity
    some = select(identity.uuid).where(identity.project_id == project_id).limit(limit)
    return _deleted(session, delete(identity).where(identity.project_id == project_id, identity.uuid.in_(some)))


def _dictionaries(session: Session, project_id: int, limit: int) -> int:
    dictionary = TelemetryDictionary
    some = select(dictionary.id).where(dictionary.project_id == project_id).limit(limit)
    return _deleted(session, delete(dictionary).where(dictionary.id.in_(some)))


def _deleted(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    count: int = result.rowcount
    return count


# In this order: bodies need their dictionaries for as long as there are bodies, occurrences and people their groups.
PORTIONS: Final = (
    Portion("events", "Events", _telemetry(IngestEvent, IngestEvent.occurred_at)),
    Portion("spans", "Spans", _telemetry(TraceSpan, TraceSpan.started_at)),
    Portion("occurrences", "Occurrences of errors", _occurrences),
    Portion("people", "People whom errors happened to", _people),
    Portion("groups", "Error groups", _groups),
    Portion("identities", "Identifiers of telemetry", _identities),
    Portion("dictionaries", "Dictionaries of stored text", _dictionaries),
)
