"""Reading one event, its place in its group, and the logs around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, literal_column, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from logister_core.error_groups.models import ErrorGroup, ErrorOccurrence
from logister_core.events.frequency import Frequency, frequency
from logister_core.events.impact import RecentFacts
from logister_core.events.subject import Subject
from logister_core.events.trace_panel import Span, spans_of
from logister_core.ingest.models import IngestEvent, TelemetryIdentity
from logister_core.projects.models import Project

if TYPE_CHECKING:
    from logister_core.types import Request

OCCURRENCES_SHOWN = 50
LOGS_SHOWN = 50
LOGS_WITHIN = timedelta(minutes=5)
# So many of the latest occurrences are looked at closely: that many rows are read in milliseconds, all of them may not.
RECENT = 1_000
# Retention removes events and not that they occurred, the oldest first; some may be gone by themselves.
LATEST_TRIED = 20
# Counting further would take longer than the number is worth.
COUNTED = 10_000

# Written out, since the indexes of logs by their ids are only used for the same words.
IS_LOG = IngestEvent.event_type == literal_column("'log'")

_position = tuple_(ErrorOccurrence.occurred_at, ErrorOccurrence.ingest_event_id)


def _newest(occurrence: Any) -> tuple[Any, Any]:
    return occurrence.occurred_at.desc(), occurrence.ingest_event_id.desc()


def _event_of(occurrence: Any) -> ColumnElement[bool]:
    # With the time the database knows which partition holds the event.
    return and_(IngestEvent.id == occurrence.ingest_event_id, IngestEvent.occurred_at == occurrence.occurred_at)


def _latest(*wanted: ColumnElement[bool], limit: int) -> Any:
    """The newest occurrences. Chosen before their events are looked up, which else is done for all of a group."""
    chosen = select(ErrorOccurrence).where(*wanted).order_by(*_newest(ErrorOccurrence)).limit(limit)
    return aliased(ErrorOccurrence, chosen.subquery())


_of_group = ErrorOccurrence.error_group_id == bindparam("group_id")
_LATEST_TRIED = _latest(_of_group, limit=LATEST_TRIED)
_LATEST_EVENT = (
    select(IngestEvent).join(_LATEST_TRIED, _event_of(_LATEST_TRIED)).order_by(*_newest(_LATEST_TRIED)).limit(1)
)
_here = tuple_(
    bindparam("occurred_at", type_=ErrorOccurrence.occurred_at.type),
    bindparam("event_id", type_=ErrorOccurrence.ingest_event_id.type),
)
_of_others = select(ErrorOccurrence.event_uuid).where(_of_group).limit(1)
_BESIDE = select(
    _of_others.where(_position < _here).order_by(*_newest(ErrorOccurrence)).scalar_subquery(),
    _of_others.where(_position > _here)
    .order_by(ErrorOccurrence.occurred_at, ErrorOccurrence.ingest_event_id)
    .scalar_subquery(),
    select(func.count())
    .select_from(select(ErrorOccurrence.id).where(_of_group).limit(COUNTED).subquery())
    .scalar_subquery(),
)


class Occurrence(NamedTuple):
    """A line of the list of occurrences; `message` is the whole one."""

    event_id: int
    uuid: UUID
    occurred_at: datetime
    message: str
    level: str | None
    release: str | None
    environment: str


@dataclass(frozen=True, slots=True)
class OccurrencePage:
    """Newest first. `is_first` and `is_last` tell whether the list begins or ends here."""

    rows: Sequence[Occurrence]
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The occurrences right before and after one, by time, and how many are stored, counted up to `COUNTED`; retention
    makes them fewer than the group has counted.
    """

    older: UUID | None
    newer: UUID | None
    stored: int


class LogLine(NamedTuple):
    id: int
    uuid: UUID
    occurred_at: datetime
    level: str | None
    message: str
    service: str | None


class EventQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> EventQuery:
        return cls(request.db)

    def subject(self, project: Project, event: IngestEvent | None, group: ErrorGroup | None) -> Subject:
        return Subject(self._session, project, event, group)

    def find(self, project_id: int, uuid: UUID) -> IngestEvent | None:
        """The project's event of that UUID; the ledger of identities knows its key, so nothing is scanned."""
        key = self._session.execute(
            select(TelemetryIdentity.record_id, TelemetryIdentity.recorded_at).where(
                TelemetryIdentity.project_id == project_id,
                TelemetryIdentity.uuid == uuid,
                TelemetryIdentity.is_span.is_(False),
            )
        ).one_or_none()
        if key is None:
            return None
        return self._session.scalar(
            select(IngestEvent).where(
                IngestEvent.id == key.record_id,
                IngestEvent.occurred_at == key.recorded_at,
                IngestEvent.project_id == project_id,
            )
        )

    def group_of(self, event: IngestEvent) -> ErrorGroup | None:
        """None for events that are no errors, and for errors that the worker has not grouped yet."""
        return self._session.scalar(
            select(ErrorGroup)
            .join(ErrorOccurrence, ErrorOccurrence.error_group_id == ErrorGroup.id)
            .where(ErrorOccurrence.ingest_event_id == event.id, ErrorGroup.project_id == event.project_id)
        )

    def in_group(self, group: ErrorGroup, uuid: UUID | None) -> IngestEvent | None:
        """The event of that UUID if it is an occurrence of the group, else the newest one; None when all are gone."""
        found = None if uuid is None else self._find_in(group, uuid)
        if found is not None:
            return found
        return self._session.scalar(_LATEST_EVENT, {"group_id": group.id})

    def frequency(self, group: ErrorGroup, now: datetime) -> Frequency:
        return frequency(self._session, group.id, now)

    def neighbours(self, group: ErrorGroup, event: IngestEvent) -> Neighbours:
        here = {"group_id": group.id, "occurred_at": event.occurred_at, "event_id": event.id}
        return Neighbours(*self._session.execute(_BESIDE, here).one())

    def occurrences(self, group: ErrorGroup, after: UUID | None) -> OccurrencePage:
        """The page that follows the occurrence with that event UUID; the first page when there is none such."""
        wanted = [ErrorOccurrence.error_group_id == group.id]
        last = None if after is None else self._find_in(group, after)
        if last is not None:
            wanted.append(_position < _place(last.occurred_at, last.id))
        found = _latest(*wanted, limit=OCCURRENCES_SHOWN + 1)
        query = (
            select(
                found.ingest_event_id,
                found.event_uuid,
                found.occurred_at,
                IngestEvent.message,
                IngestEvent.level,
                IngestEvent.release,
                IngestEvent.environment,
            )
            .join(IngestEvent, _event_of(found))
            .order_by(*_newest(found))
        )
        rows = [Occurrence(*row) for row in self._session.execute(query)]
        return OccurrencePage(rows[:OCCURRENCES_SHOWN], is_first=last is None, is_last=len(rows) <= OCCURRENCES_SHOWN)

    def related_logs(self, event: IngestEvent, *, since: datetime, until: datetime, by_user: bool) -> list[LogLine]:
        """Logs of the project in that time that share an id with the event, oldest first.

        At most 50, those nearest to the event: with many, the ones minutes away say least.
        """
        shared = [
            (column, value)
            for column, value in (
                (IngestEvent.trace_id, event.trace_id),
                (IngestEvent.request_id, event.request_id),
                (IngestEvent.session_id, event.session_id),
                (IngestEvent.end_user_id, event.end_user_id if by_user else None),
            )
            if value
        ]
        if not shared:
            return []
        here, moment = event.occurred_at, IngestEvent.occurred_at
        sides = (
            (moment.between(since, here), (moment.desc(), IngestEvent.id.desc())),
            (and_(moment > here, moment <= until), (moment, IngestEvent.id)),
        )
        # Each part follows the index of one kind of id from the event outwards and stops early.
        parts = [
            select(*(getattr(IngestEvent, name) for name in LogLine._fields))
            .where(IngestEvent.project_id == event.project_id, IS_LOG, column == value, when)
            .order_by(*order)
            .limit(LOGS_SHOWN + 1)
            .subquery()
            for column, value in shared
            for when, order in sides
        ]
        found = {row.id: LogLine(*row) for row in self._session.execute(union_all(*(select(part) for part in parts)))}
        found.pop(event.id, None)
        nearest = sorted(found.values(), key=lambda line: (abs(line.occurred_at - here), line.id))[:LOGS_SHOWN]
        return sorted(nearest, key=lambda line: (line.occurred_at, line.id))

    def spans(self, event: IngestEvent) -> list[Span]:
        """The spans of the event's trace, by time."""
        return spans_of(self._session, event)

    def recent(self, group: ErrorGroup) -> list[RecentFacts]:
        """What the latest occurrences say about where and for whom they happened."""
        latest = _latest(ErrorOccurrence.error_group_id == group.id, limit=RECENT)
        facts = (getattr(IngestEvent, name) for name in RecentFacts._fields)
        rows = self._session.execute(select(*facts).join(latest, _event_of(latest)))
        return [RecentFacts(*row) for row in rows]

    def _find_in(self, group: ErrorGroup, uuid: UUID) -> IngestEvent | None:
        event = self.find(group.project_id, uuid)
        return event if event is not None and self._belongs(event, group) else None

    def _belongs(self, event: IngestEvent, group: ErrorGroup) -> bool:
        link = select(ErrorOccurrence.id).where(
            ErrorOccurrence.ingest_event_id == event.id, ErrorOccurrence.error_group_id == group.id
        )
        return self._session.scalar(link) is not None


def _place(occurred_at: datetime, event_id: int) -> object:
    return tuple_(
        literal(occurred_at, ErrorOccurrence.occurred_at.type), literal(event_id, ErrorOccurrence.ingest_event_id.type)
    )
