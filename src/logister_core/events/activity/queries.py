"""Finding a project's events other than errors, a page at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
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

# How many events one statement looks at, how many statements may follow the first ones, and for how long, seconds.
# A rare word is looked for in parts of that size rather than in everything a project has.
STEP = 1_000
MOST_STEPS = 32
PATIENCE = 0.04

# So far back the tail looks again: programs send in batches, so events do not arrive in the order in which they
# happened.
OVERLAP = timedelta(seconds=30)

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
    """Newest first. `newer` and `older` are where the neighbouring pages end and begin; None where there are none.

    `searched_to` is set when the search stopped before the page was full: how far it came.
    """

    events: Sequence[ActivityEvent]
    newer: Position | None
    older: Position | None
    searched_to: datetime | None = None

    @property
    def searched_up(self) -> bool:
        """Whether it was on its way to newer events."""
        return self.newer is not None and self.newer.occurred_at == self.searched_to


@dataclass(slots=True)
class _Lane:
    """The events of one type, in one direction."""

    event_type: str
    found: list[ActivityEvent] = field(default_factory=list)
    reached: Position | None = None
    """Everything up to there was looked at."""
    ended: bool = False
    """There is nothing beyond."""


class ActivityQuery:
    def __init__(self, session: Session, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._stopwatch = stopwatch

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
        since = None if filters.window is None else now - filters.window
        if after is not None:
            found, stopped = self._nearest(project, filters, since, start=after, newest=False)
            if len(found) > filters.per_page:
                shown = found[: filters.per_page][::-1]
                return ActivityPage(shown, newer=shown[0].position, older=shown[-1].position)
            if stopped is not None:
                shown = found[::-1]
                older = shown[-1].position if shown else after
                return ActivityPage(shown, newer=stopped, older=older, searched_to=stopped.occurred_at)
            # Nothing newer than what was found: that is the first page, and a full one.
            before = None
        found, stopped = self._nearest(project, filters, since, start=before, newest=True)
        shown = found[: filters.per_page]
        newer = None if before is None else shown[0].position if shown else before
        if len(found) > filters.per_page:
            return ActivityPage(shown, newer=newer, older=shown[-1].position)
        return ActivityPage(shown, newer, older=stopped, searched_to=None if stopped is None else stopped.occurred_at)

    def latest(self, project: Project, filters: ActivityFilters, *, seen: Position) -> Sequence[ActivityEvent]:
        """At most a page of what somebody who has seen everything up to a position may have missed, newest first."""
        found, _ = self._nearest(project, filters, seen.occurred_at - OVERLAP, start=None, newest=True)
        return found[: filters.per_page]

    def any(self, project: Project) -> bool:
        """Whether the project has any such event, of whatever age."""
        found = exists().where(IngestEvent.project_id == project.id, IngestEvent.event_type.in_(EVENT_TYPES))
        return bool(self._session.scalar(select(found)))

    def _nearest(
        self,
        project: Project,
        filters: ActivityFilters,
        since: datetime | None,
        *,
        start: Position | None,
        newest: bool,
    ) -> tuple[list[ActivityEvent], Position | None]:
        """One more than a page of the newest or the oldest events that pass, in that order.

        The second value is where a search that took too long has stopped; None when what was found is all there is,
        or enough.
        """
        wanted = filters.per_page + 1

        def behind(lane: _Lane) -> Position:
            assert lane.reached is not None  # noqa: S101 - a lane that went and has not ended stands somewhere
            return lane.reached

        # A lane for each type: each follows the index by type and time and stops early. A single one would have to
        # step over all errors in between, which may be nearly everything a project has.
        lanes = [_Lane(event_type, reached=start) for event_type in filters.event_types]
        begun, steps = self._stopwatch(), 0
        for lane in lanes:
            self._advance(lane, project, filters, since, newest=newest)
        while True:
            running = [lane for lane in lanes if not lane.ended]
            # The slowest lane says how far the list is complete.
            last = (max if newest else min)(running, key=behind, default=None)
            found = [
                event
                for lane in lanes
                for event in lane.found
                if last is None or (event.position >= behind(last) if newest else event.position <= behind(last))
            ]
            if last is None or len(found) >= wanted:
                stopped = None
                break
            if steps == MOST_STEPS or self._stopwatch() - begun > PATIENCE:
                stopped = behind(last)
                break
            steps += 1
            self._advance(last, project, filters, since, newest=newest)
        found.sort(key=lambda row: row.position, reverse=newest)
        return found[:wanted], stopped

    def _advance(
        self, lane: _Lane, project: Project, filters: ActivityFilters, since: datetime | None, *, newest: bool
    ) -> None:
        """Look at the next events of the lane: at all of them that can be shown, or at `STEP` of those to sift."""
        event, wanted = IngestEvent, filters.per_page + 1
        order = [column.desc() if newest else column for column in (event.occurred_at, event.id)]
        ahead = select(*(getattr(event, name) for name in ActivityEvent._fields)).where(
            event.project_id == project.id, event.event_type == lane.event_type, *_beyond(lane.reached, newest)
        )
        if since is not None:
            ahead = ahead.where(event.occurred_at >= since)
        # The order holds for what is taken of it: both databases pass the rows on as they come and stop when enough
        # have passed. Asked to sort once more, SQLite would first read all of them.
        next_ones = ahead.order_by(*order).limit(STEP if filters.sifting else wanted).subquery()
        columns = [
            func.substr(column, 1, MESSAGE_READ) if column.name == "message" else column for column in next_ones.c
        ]
        passing = select(*columns).where(*_conditions(next_ones.c, filters)).limit(wanted)
        found = [ActivityEvent(*row) for row in self._session.execute(passing)]
        lane.found += found
        if len(found) == wanted:
            lane.reached = found[-1].position
            return
        if not filters.sifting:
            lane.ended = True
            return
        last = ahead.with_only_columns(event.occurred_at, event.id).order_by(*order).offset(STEP - 1).limit(1)
        stands = self._session.execute(last).one_or_none()
        lane.ended = stands is None
        lane.reached = None if stands is None else Position(*stands)


def _beyond(position: Position | None, newest: bool) -> list[ColumnElement[bool]]:
    if position is None:
        return []
    moment, at = IngestEvent.occurred_at, position.occurred_at
    # The first condition follows from the second, but it is the one that databases have an index for.
    return [moment <= at, position > POSITION] if newest else [moment >= at, position < POSITION]


def _conditions(event: Any, filters: ActivityFilters) -> list[ColumnElement[bool]]:
    """`event` has the columns of a line."""
    conditions: list[ColumnElement[bool]] = []
    if filters.levels:
        conditions.append(func.lower(event.level).in_(filters.levels))
    for name in ("environment", "release", "service"):
        if value := getattr(filters, name):
            conditions.append(event[name] == value)
    if filters.q:
        # Names of metrics and check-ins are their messages.
        searched = (event.message, event.level, event.transaction_name, event.release)
        conditions.append(or_(*(column.icontains(filters.q, autoescape=True) for column in searched)))
    return conditions
