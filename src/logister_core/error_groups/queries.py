"""Reading groups for the inbox: a page of them, how many there are, and what their rows tell beside themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from logister_core.error_groups.inbox_cursor import InboxCursors, Position
from logister_core.error_groups.inbox_state import InboxState
from logister_core.error_groups.models import ErrorGroup, GroupStatus
from logister_core.error_groups.trends import daily_counts, start_of_day
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.projects.models import Project
from logister_core.security.tokens import Signer

if TYPE_CHECKING:
    from logister_core.types import Request

PAGE_SIZE = 100
TREND_DAYS = 7
CURSOR_PURPOSE = "inbox cursor"

_SEARCHED = (ErrorGroup.title, ErrorGroup.subtitle, ErrorGroup.fingerprint, ErrorGroup.stage, ErrorGroup.culprit)
_NOT_ERRORS = [kind.value for kind in EventType if kind is not EventType.ERROR]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """`next_cursor` is empty on the last page."""

    groups: Sequence[ErrorGroup]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Received:
    """Whether the project has events of either sort at all."""

    errors: bool
    others: bool


class InboxQuery:
    def __init__(
        self, session: Session, clock: Callable[[], datetime], cursors: InboxCursors, *, page_size: int = PAGE_SIZE
    ) -> None:
        self._session = session
        self._clock = clock
        self._cursors = cursors
        self._page_size = page_size

    @classmethod
    def from_request(cls, context: object, request: Request) -> InboxQuery:
        signer = Signer(request.settings.secret_key, CURSOR_PURPOSE)
        return cls(request.db, request.registry.clock, InboxCursors(signer))

    def page(self, project: Project, state: InboxState) -> GroupPage:
        query = self._matching(project, state)
        after = self._cursors.read(project.uuid, state)
        if after is not None:
            order = tuple_(ErrorGroup.last_seen_at, ErrorGroup.id)
            start = tuple_(
                literal(after.last_seen_at, ErrorGroup.last_seen_at.type), literal(after.group_id, ErrorGroup.id.type)
            )
            query = query.where(order < start)
        query = query.order_by(ErrorGroup.last_seen_at.desc(), ErrorGroup.id.desc())
        # One more than is shown tells whether there is a next page.
        found = self._session.scalars(query.limit(self._page_size + 1)).all()
        shown = found[: self._page_size]
        if len(found) == len(shown):
            return GroupPage(shown, "")
        last = Position(shown[-1].last_seen_at, shown[-1].id)
        return GroupPage(shown, self._cursors.write(project.uuid, state, last))

    def counts(self, project: Project) -> dict[str, int]:
        """Number of groups by filter; a search does not change them."""
        kinds = [status.value for status in GroupStatus]
        is_new = (ErrorGroup.status == GroupStatus.UNRESOLVED.value, ErrorGroup.first_seen_at >= self._today())
        numbers = self._session.execute(
            select(
                func.count(),
                func.count().filter(*is_new),
                *(func.count().filter(ErrorGroup.status == kind) for kind in kinds),
            ).where(ErrorGroup.project_id == project.id, ErrorGroup.merged_into_id.is_(None))
        ).one()
        return dict(zip(["all", "introduced_today", *kinds], numbers, strict=True))

    def merged_into(self, project: Project, uuid: UUID) -> UUID | None:
        """The group that the project's group of that UUID became part of; None when it is none or no part."""
        whole = aliased(ErrorGroup)
        return self._session.scalar(
            select(whole.uuid)
            .join(ErrorGroup, ErrorGroup.merged_into_id == whole.id)
            .where(ErrorGroup.project_id == project.id, ErrorGroup.uuid == uuid)
        )

    def trends(self, groups: Sequence[ErrorGroup]) -> dict[int, list[int]]:
        """Occurrences of the last seven days by group id."""
        return daily_counts(self._session, [group.id for group in groups], now=self._clock(), days=TREND_DAYS)

    def routes(self, groups: Sequence[ErrorGroup]) -> dict[int, str]:
        """Route or task of the latest event by group id; groups without one are missing."""
        latest = {group.latest_event_id: group.id for group in groups if group.latest_event_id is not None}
        if not latest:
            return {}
        times = [group.latest_event_occurred_at for group in groups if group.latest_event_occurred_at is not None]
        rows = self._session.execute(
            select(IngestEvent.id, IngestEvent.transaction_name).where(
                IngestEvent.id.in_(latest),
                # The partitions to look into.
                IngestEvent.occurred_at.between(min(times), max(times)),
                IngestEvent.transaction_name.is_not(None),
            )
        )
        return {latest[event_id]: name for event_id, name in rows if name}

    def received(self, project: Project) -> Received:
        of_project = IngestEvent.project_id == project.id
        errors, others = self._session.execute(
            select(
                exists().where(of_project, IngestEvent.event_type == EventType.ERROR.value),
                exists().where(of_project, IngestEvent.event_type.in_(_NOT_ERRORS)),
            )
        ).one()
        return Received(errors=errors, others=others)

    def _matching(self, project: Project, state: InboxState) -> Select[ErrorGroup]:
        query = select(ErrorGroup).where(
            ErrorGroup.project_id == project.id, ErrorGroup.merged_into_id.is_(None), *self._in_filter(state.filter)
        )
        if state.q:
            # The database folds case on both sides, so that equal texts match whatever it knows of an alphabet.
            query = query.where(or_(*(column.icontains(state.q, autoescape=True) for column in _SEARCHED)))
        return query

    def _in_filter(self, name: str) -> list[ColumnElement[bool]]:
        if name == "all":
            return []
        if name == "introduced_today":
            is_open: Any = ErrorGroup.status == GroupStatus.UNRESOLVED.value
            return [is_open, ErrorGroup.first_seen_at >= self._today()]
        return [ErrorGroup.status == name]

    def _today(self) -> datetime:
        return start_of_day(self._clock())
