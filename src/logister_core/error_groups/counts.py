"""How many groups there are of each status, without looking at them (see `ErrorGroupCount`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, delete, func, insert, select
from sqlalchemy.orm import Session

from logister_core.db.among import among_named
from logister_core.error_groups.models import ErrorGroupCount, GroupStatus

_OF_OPEN = ErrorGroupCount.status == GroupStatus.UNRESOLVED.value


def _total(*which: ColumnElement[bool]) -> ColumnElement[int]:
    changes: Any = func.sum(ErrorGroupCount.number)
    if which:
        changes = changes.filter(*which)
    return cast(func.coalesce(changes, 0), BigInteger)


_OF_PROJECTS = (
    select(ErrorGroupCount.project_id, _total(_OF_OPEN), _total())
    .where(among_named(ErrorGroupCount.project_id, "project_ids"))
    .group_by(ErrorGroupCount.project_id)
)


def open_and_all(session: Session, project_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Open groups and all of them by project; projects without groups may be missing."""
    rows = session.execute(_OF_PROJECTS, {"project_ids": list(project_ids)})
    return {project_id: (open_groups, all_groups) for project_id, open_groups, all_groups in rows}


def number_open(of_projects: ColumnElement[bool]) -> Any:
    """All open groups together, as a part of another query."""
    return select(_total()).where(of_projects, _OF_OPEN).scalar_subquery()


def sum_up(session: Session) -> int:
    """Make one row of all that count the same; how many there were. Readers see either the many or the one."""
    alike = (ErrorGroupCount.project_id, ErrorGroupCount.status)
    many = select(ErrorGroupCount.project_id).group_by(*alike).having(func.count() > 1)
    gone = (
        delete(ErrorGroupCount)
        .where(ErrorGroupCount.project_id.in_(many))
        .returning(*alike, ErrorGroupCount.number)
        .execution_options(synchronize_session=False)
    )
    # What is committed meanwhile is not among the deleted rows, and stays.
    sums: dict[tuple[int, str], int] = {}
    rows = session.execute(gone).all()
    for project_id, status, number in rows:
        sums[project_id, status] = sums.get((project_id, status), 0) + number
    left = [
        {"project_id": project_id, "status": status, "number": number}
        for (project_id, status), number in sorted(sums.items())
        if number
    ]
    if left:
        session.execute(insert(ErrorGroupCount), left)
    return len(rows)


def forget_counts(session: Session, project_id: int) -> None:
    """Of a project that is gone."""
    session.execute(
        delete(ErrorGroupCount)
        .where(ErrorGroupCount.project_id == project_id)
        .execution_options(synchronize_session=False)
    )
