"""Finding a project's events other than errors, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from logister_core.events.activity.cursors import Position
from logister_core.events.activity.filters import EVENT_TYPES, ActivityFilters
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project

if TYPE_CHECKING:
    from logister_core.types import Request

# Enough of a message for its first line; whole ones may have 64 KiB.
MESSAGE_READ = 1000

POSITION = tuple_(IngestEvent.occurred_at, IngestEvent.id)


class ActivityEvent(NamedTuple):
    """One line of the list."""

    occurred_at: datetime
    id: int
    uuid: UUID
    event_type: str
    level: str | None
    message: str
    # Its first 1000 characters.
    environment: str
    release: str | None
    service: str | None
    transaction_name: str | None
    status_code: str | None
    duration_ms: float | None
    metric_value: float | None
    metric_unit: str | None

    @property
    def position(self) -> Position:
        return Position(self.occurred_at, self.id)


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Newest first. `newer` and `older` are where the neighbouring pages end and begin; None where there are none."""

    events: Sequence[ActivityEvent]
    newer: Position | None
    older: Position | None


class ActivityQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> ActivityQuery:
        return cls(request.db)

    def page(
        self,
        project: Project,
        filters: ActivityFilters,
        *,
        now: datetime,
        before: Position | None = None,
        after: Position | None = None,
    ) -> ActivityPage:
        """The events right after a position, else right before one, else the newest."""
        if after is not None:
            found = self._nearest(project, filters, now, after < POSITION, newest=False)
            if len(found) > filters.per_page:
                shown = found[: filters.per_page][::-1]
                return ActivityPage(shown, newer=shown[0].position, older=shown[-1].position)
            # Nothing newer than what was found: that is the first page, and a full one.
            before = None
        found = self._nearest(project, filters, now, None if before is None else before > POSITION, newest=True)
        shown = found[: filters.per_page]
        return ActivityPage(
            shown,
            newer=None if before is None or not shown else shown[0].position,
            older=shown[-1].position if len(found) > filters.per_page else None,
        )

    def any(self, project: Project) -> bool:
        """Whether the project has any such event, of whatever age."""
        found = exists().where(IngestEvent.project_id == project.id, IngestEvent.event_type.in_(EVENT_TYPES))
        return bool(self._session.scalar(select(found)))

    def _nearest(
        self,
        project: Project,
        filters: ActivityFilters,
        now: datetime,
        position: ColumnElement[bool] | None,
        *,
        newest: bool,
    ) -> list[ActivityEvent]:
        """One more than a page of the newest or the oldest events that pass, in that order."""
        conditions = _conditions(project, filters, now)
        if position is not None:
            conditions.append(position)
        order = (IngestEvent.occurred_at, IngestEvent.id)
        event = IngestEvent
        columns = [
            func.substr(event.message, 1, MESSAGE_READ) if name == "message" else getattr(event, name)
            for name in ActivityEvent._fields
        ]
        found: list[ActivityEvent] = []
        # One look for each type: each follows the index by type and time and stops early. A single one would have to
        # step over all errors in between, which may be nearly everything a project has.
        for event_type in filters.event_types:
            nearest = (
                select(*columns)
                .where(event.event_type == event_type, *conditions)
                .order_by(*(column.desc() if newest else column for column in order))
                .limit(filters.per_page + 1)
            )
            found += [ActivityEvent(*row) for row in self._session.execute(nearest)]
        found.sort(key=lambda row: row.position, reverse=newest)
        return found[: filters.per_page + 1]


def _conditions(project: Project, filters: ActivityFilters, now: datetime) -> list[ColumnElement[bool]]:
    event = IngestEvent
    conditions: list[ColumnElement[bool]] = [event.project_id == project.id]
    if filters.window is not None:
        conditions.append(event.occurred_at >= now - filters.window)
    if filters.environment:
        conditions.append(event.environment == filters.environment)
    if filters.release:
        conditions.append(event.release == filters.release)
    if filters.q:
        # Names of metrics and check-ins are their messages.
        searched = (event.message, event.level, event.transaction_name, event.release)
        conditions.append(or_(*(column.icontains(filters.q, autoescape=True) for column in searched)))
    return conditions
