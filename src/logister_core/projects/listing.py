"""The list of a person's projects, read in a fixed number of queries however many there are.

Nothing here counts events: what arrived is taken from the counters of each day (see `receipts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import add
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, SQLColumnExpression, bindparam, func, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.db.among import among, among_named
from logister_core.error_groups.counts import open_and_all
from logister_core.projects.kinds import kind_label
from logister_core.projects.models import Project
from logister_core.projects.queries import ProjectQuery
from logister_core.purges.models import ProjectPurge, PurgeStatus
from logister_core.receipts.models import ProjectDay

# Days of the small chart, today included.
DAYS = 7


@dataclass(frozen=True, slots=True)
class Deletion:
    """`visible` says whether this person may look at it and let it go on."""

    uuid: UUID
    failed: bool
    visible: bool


class ProjectRow(NamedTuple):
    """One line. `trend` has what arrived on each of the last seven days, the oldest first; `activity` is what of it
    were no errors and no spans. `purge` is set when the project is being deleted.
    """

    uuid: UUID
    name: str
    slug: str
    kind: str
    shared: bool
    archived: bool
    open_groups: int
    all_groups: int
    last_receipt: datetime | None
    trend: Sequence[int]
    activity: int
    purge: Deletion | None


@dataclass(frozen=True, slots=True)
class ProjectList:
    rows: Sequence[ProjectRow]

    @property
    def open_groups(self) -> int:
        return sum(row.open_groups for row in self.rows)

    @property
    def receipts(self) -> int:
        """Of the last seven days."""
        return sum(sum(row.trend) for row in self.rows)

    @property
    def quiet(self) -> int:
        """Projects that received nothing in that time."""
        return sum(not any(row.trend) for row in self.rows)


def project_list(session: Session, user: User, *, archived: bool | None, now: datetime) -> ProjectList:
    """`archived` None means both."""
    projects = ProjectQuery(session).listed(user, archived=archived)
    ids = [project.id for project in projects]
    groups, week = open_and_all(session, ids), _week(session, ids, now.date())
    latest, purges = _latest(session, ids), _purges(session, [p.id for p in projects if p.purge_requested_at])
    return ProjectList(
        [
            ProjectRow(
                uuid=project.uuid,
                name=project.name,
                slug=project.slug,
                kind=kind_label(project.integration_kind),
                shared=project.owner_id != user.id,
                archived=project.archived_at is not None,
                open_groups=groups.get(project.id, (0, 0))[0],
                all_groups=groups.get(project.id, (0, 0))[1],
                last_receipt=latest.get(project.id),
                trend=week[project.id].trend if project.id in week else [0] * DAYS,
                activity=week[project.id].activity if project.id in week else 0,
                purge=_deletion(purges.get(project.id), project.owner_id, user),
            )
            for project in projects
        ]
    )


class _Week(NamedTuple):
    trend: list[int]
    activity: int


_DAYS: list[BindParameter[date]] = [bindparam(f"day_{number}") for number in range(DAYS)]


def _of(day: BindParameter[date], number: SQLColumnExpression[int]) -> ColumnElement[int]:
    # Of one row each, so the largest is the only one, and a bigint where a sum would be a decimal.
    return func.coalesce(func.max(number).filter(ProjectDay.day == day), 0)


_WEEK = (
    select(
        ProjectDay.project_id,
        reduce(add, (_of(day, ProjectDay.activity) for day in _DAYS)),
        *(_of(day, ProjectDay.errors + ProjectDay.activity + ProjectDay.spans) for day in _DAYS),
    )
    .where(among_named(ProjectDay.project_id, "ids"), ProjectDay.day.between(_DAYS[0], _DAYS[-1]))
    .group_by(ProjectDay.project_id)
)
_NEWEST_DAY = (
    select(ProjectDay.last_received_at)
    .where(ProjectDay.project_id == Project.id)
    .order_by(ProjectDay.day.desc())
    .limit(1)
    .scalar_subquery()
)
_LATEST = select(Project.id, _NEWEST_DAY).where(among_named(Project.id, "ids"))


def _week(session: Session, ids: list[int], today: date) -> dict[int, _Week]:
    """The last seven days; projects without anything are missing."""
    days = {f"day_{number}": today - timedelta(days=DAYS - 1 - number) for number in range(DAYS)}
    rows = session.execute(_WEEK, {"ids": ids, **days})
    return {project_id: _Week(trend, total) for project_id, total, *trend in rows}


def _latest(session: Session, ids: list[int]) -> dict[int, datetime]:
    rows = session.execute(_LATEST, {"ids": ids})
    return {project_id: moment for project_id, moment in rows if moment is not None}


def _purges(session: Session, ids: list[int]) -> dict[int, ProjectPurge]:
    found = session.scalars(select(ProjectPurge).where(among(ProjectPurge.project_id, ids))) if ids else ()
    return {purge.project_id: purge for purge in found}


def _deletion(purge: ProjectPurge | None, owner_id: int, user: User) -> Deletion | None:
    if purge is None:
        return None
    return Deletion(
        uuid=purge.uuid,
        failed=purge.status == PurgeStatus.FAILED,
        visible=user.id in (purge.requested_by_id, owner_id),
    )
