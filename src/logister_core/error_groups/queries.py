"""Reading groups for the inbox: a page of them, how many there are, and what their rows tell beside themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    bindparam,
    case,
    desc,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from logister_core.accounts.models import User
from logister_core.db.among import among, among_named
from logister_core.error_groups.counts import number_open
from logister_core.error_groups.inbox_cursor import InboxCursors, Position
from logister_core.error_groups.inbox_scope import InboxScope
from logister_core.error_groups.inbox_sorts import SORTS, Place, Sort
from logister_core.error_groups.inbox_state import ASSIGNEES, EVERYONE, InboxState
from logister_core.error_groups.listed import COLUMNS, ListedGroup
from logister_core.error_groups.models import ErrorGroup, ErrorGroupCount, GroupStatus
from logister_core.error_groups.search.conditions import Asker, came_back, conditions, is_open
from logister_core.error_groups.search.terms import Search
from logister_core.error_groups.trends import daily_counts, start_of_day
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.projects.models import Project
from logister_core.projects.queries import COUNTED, counted
from logister_core.security.tokens import Signer

if TYPE_CHECKING:
    from logister_core.types import Request

PAGE_SIZE = 100
TREND_DAYS = 7
CURSOR_PURPOSE = "inbox cursor"
# What arrived is counted so far; more is told as "100 or more".
MOST_ARRIVALS = 100
# Of each of many projects, to see how far a page reaches.
FEW = 10
# How late the grouping of an event may be for its group to be announced.
_LATE = timedelta(hours=1)

_NOT_ERRORS = [kind.value for kind in EventType if kind is not EventType.ERROR]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """`next_cursor` is empty on the last page."""

    groups: Sequence[ListedGroup]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Counts:
    """`lists` has the number of groups in the lists that somebody should look at, of the assignee who is looked at;
    `any` is whether that assignee has groups at all. `open` and `mine` are all open groups and those assigned to the
    person, whoever is looked at. A search changes none of them. Only `open` is counted further than `COUNTED`.
    """

    lists: dict[str, int]
    any: bool
    open: int
    mine: int


@dataclass(frozen=True, slots=True)
class Received:
    """Whether the projects have events of either sort at all."""

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

    def page(self, scope: InboxScope, state: InboxState, search: Search) -> GroupPage:
        """`state` is settled and `search` its text understood."""
        after = self._cursors.read(scope.owner, state)
        as_of = self._clock() if after is None else after.as_of
        # One more than is shown tells whether there is a next page.
        limit = self._page_size + 1
        matching = self._matching(scope, state, search, as_of)
        sort = SORTS[state.sort]
        queries = [
            self._of_scope(scope, query.where(*matching, part), sort, limit)
            for query in sort.places(as_of, after=after.place if after else None, limit=limit)
            for part in _parts(state.filter)
        ]
        # Only what is sorted by is read of all the groups that match, the rest of those that are shown.
        found = union_all(*map(select, queries)).order_by(desc("rank"), desc("value"), desc("id")).limit(limit)
        groups, last = self._listed(found.subquery())
        if last is None:
            return GroupPage(groups, "")
        return GroupPage(groups, self._cursors.write(scope.owner, state, Position(last, as_of)))

    def _listed(self, places: Subquery) -> tuple[list[ListedGroup], Place | None]:
        """The groups of a page in their order, and where the last one is when there are more."""
        place = places.c
        rows = self._session.execute(
            select(place.rank, place.value, *COLUMNS)
            .join_from(places, ErrorGroup, ErrorGroup.id == place.id)
            .outerjoin(User, User.id == ErrorGroup.assigned_user_id)
            .order_by(place.rank.desc(), place.value.desc(), place.id.desc())
        ).all()
        groups = [ListedGroup._make(row[2:]) for row in rows[: self._page_size]]
        if len(rows) == len(groups):
            return groups, None
        rank, value = rows[len(groups) - 1][:2]
        return groups, Place(rank, value, groups[-1].id)

    def _of_scope(self, scope: InboxScope, query: Select[*tuple[Any, ...]], sort: Sort, limit: int) -> Subquery:
        if len(scope.projects) == 1 or self._session.get_bind().dialect.name != "postgresql":
            return query.where(scope.of_projects()).subquery()
        # The first ones of each project are found in the index, where those of all projects would have to be sorted.
        of_one = query.where(ErrorGroup.project_id == Project.id, InboxScope.SHOWN).correlate(Project)

        def of_each(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
            found = query.lateral()
            joined = select(found).select_from(Project).join(found, true())
            return joined.where(among(Project.id, scope.projects))

        # Nothing behind the last one of a page made of a few groups of each can be on the page.
        few = of_each(of_one.limit(FEW)).order_by(desc("value")).limit(limit).subquery()
        last = select(case((func.count() == limit, func.min(few.c.value)))).scalar_subquery()
        return of_each(of_one.where(sort.column >= func.coalesce(last, sort.least))).subquery()

    def opened(self, group: ListedGroup) -> ErrorGroup:
        """The whole of a group in a list."""
        return self._session.get_one(ErrorGroup, group.id)

    def one(self, scope: InboxScope, uuid: UUID) -> ErrorGroup | None:
        """The group of that UUID, on whichever page and list it is."""
        return self._session.scalar(select(ErrorGroup).where(ErrorGroup.uuid == uuid, scope.of_projects()))

    def merged_into(self, scope: InboxScope, uuid: UUID) -> ErrorGroup | None:
        """The group that the one of that UUID became part of; None when it is none or no part."""
        part = aliased(ErrorGroup)
        return self._session.scalar(
            select(ErrorGroup)
            .join(part, part.merged_into_id == ErrorGroup.id)
            .where(part.uuid == uuid, scope.of_projects())
        )

    def counts(self, scope: InboxScope, state: InboxState) -> Counts:
        narrowed = state.assignee != EVERYONE
        values = {
            "project_ids": list(scope.projects),
            "project_id": next(iter(scope.projects), 0),
            "assignee_id": scope.assignee_id(state),
            "viewer_id": scope.viewer.id,
            "today": self._today(),
        }
        counting = _counting(COUNTED, len(scope.projects) == 1, state.assignee if state.assignee in ASSIGNEES else "")
        *numbers, some = self._session.execute(counting, values).one()
        opened, *numbers = numbers
        today, regressed, own, unresolved = (counted(found or 0) for found in numbers)
        lists = {
            "unresolved": unresolved if narrowed else opened,
            "introduced_today": today,
            "regressed": regressed,
        }
        return Counts(lists, some, opened, own)

    def arrived(self, scope: InboxScope, state: InboxState, search: Search, since: datetime) -> int:
        """Groups that came to this list after `since`, new or come back; `MOST_ARRIVALS` stands for more."""
        now = self._clock()
        came = (
            select(ErrorGroup.id)
            .where(
                scope.of_projects(),
                *self._matching(scope, state, search, now),
                # The index of the list is read from its new end.
                ErrorGroup.last_seen_at >= since - _LATE,
                or_(ErrorGroup.created_at > since, ErrorGroup.last_reopened_at > since),
            )
            .limit(MOST_ARRIVALS)
        )
        return self._session.scalar(select(func.count()).select_from(came.subquery())) or 0

    def trends(self, groups: Sequence[ListedGroup]) -> dict[int, list[int]]:
        """Occurrences of the last seven days by group id."""
        return daily_counts(self._session, [group.id for group in groups], now=self._clock(), days=TREND_DAYS)

    def received(self, scope: InboxScope) -> Received:
        of_projects = among(IngestEvent.project_id, scope.projects)
        errors, others = self._session.execute(
            select(
                exists().where(of_projects, IngestEvent.event_type == EventType.ERROR.value),
                exists().where(of_projects, IngestEvent.event_type.in_(_NOT_ERRORS)),
            )
        ).one()
        return Received(errors=errors, others=others)

    def _matching(
        self, scope: InboxScope, state: InboxState, search: Search, now: datetime
    ) -> list[ColumnElement[bool]]:
        asker = Asker(scope.viewer.id, scope.addresses, now)
        return [
            *self._in_filter(state.filter),
            *scope.assigned(state),
            *conditions(search, asker),
        ]

    def _in_filter(self, name: str) -> list[ColumnElement[bool]]:
        if name == "all":
            return []
        if name == "introduced_today":
            return [is_open, ErrorGroup.first_seen_at >= self._today()]
        if name == "regressed":
            return [came_back]
        return [ErrorGroup.status == name]

    def _today(self) -> datetime:
        return start_of_day(self._clock())


@cache
def _counting(most: int, of_one_project: bool, assignee: str) -> Select[*tuple[Any, ...]]:
    """Made once for each kind of list; `assignee` is a word, or nothing for a person."""

    def of_projects(project: Any) -> ColumnElement[bool]:
        return project == bindparam("project_id") if of_one_project else among_named(project, "project_ids")

    every = [of_projects(ErrorGroup.project_id), InboxScope.SHOWN]
    of_assignee = [*every, *InboxScope.assigned_to(assignee, bindparam("assignee_id"))]

    def number(*which: ColumnElement[bool]) -> Any:
        found = select(literal(1)).where(*which).limit(most).subquery()
        return select(func.count()).select_from(found).scalar_subquery()

    # Each number is counted in an index of its own.
    return select(
        number_open(of_projects(ErrorGroupCount.project_id)),
        number(*of_assignee, is_open, ErrorGroup.first_seen_at >= bindparam("today")),
        number(*of_assignee, came_back),
        number(*every, is_open, ErrorGroup.assigned_user_id == bindparam("viewer_id")),
        null() if assignee == EVERYONE else number(*of_assignee, is_open),
        exists().where(*of_assignee),
    )


def _parts(name: str) -> list[ColumnElement[bool]]:
    """All groups of a filter, in parts that each have an index in every order."""
    return [ErrorGroup.status == status.value for status in GroupStatus] if name == "all" else [true()]
