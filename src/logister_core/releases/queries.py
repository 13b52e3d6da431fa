"""What the releases' page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from logister_core.error_groups.models import ErrorGroup
from logister_core.projects.models import Project
from logister_core.releases.models import ProjectRelease

if TYPE_CHECKING:
    from logister_core.types import Request

PER_PAGE = 50

# A release that was seen for less than this has no rate worth comparing.
SHORTEST = timedelta(hours=1)

# The place of a release in the list: when it was first seen, and its id.
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """`errors_per_hour` is None for releases too young to tell; `before` is that of the release before."""

    release: str
    first_seen_at: datetime
    last_seen_at: datetime
    events: int
    errors: int
    new_groups: int
    regressed_groups: int
    errors_per_hour: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """The newest first. `older` and `newer` are where the neighbouring pages begin, None where there is none."""

    rows: Sequence[ReleaseRow]
    newer: Place | None
    older: Place | None


class ReleaseQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> ReleaseQuery:
        return cls(request.db)

    def page(self, project: Project, *, before: Place | None = None, after: Place | None = None) -> ReleasePage:
        """Releases first seen before or after a place; the newest ones without either."""
        model = ProjectRelease
        wanted = select(model).where(model.project_id == project.id)
        if after is not None:
            wanted = wanted.where(_later(after)).order_by(model.first_seen_at, model.id)
        else:
            if before is not None:
                wanted = wanted.where(_earlier(before))
            wanted = wanted.order_by(model.first_seen_at.desc(), model.id.desc())
        found = list(self._session.scalars(wanted.limit(PER_PAGE + 1)))
        more = len(found) > PER_PAGE
        shown = found[:PER_PAGE]
        # What comes after the last one on the page is what that one is compared with.
        following = found[PER_PAGE:]
        if after is not None:
            shown.reverse()
            following = self._before(project, shown[-1]) if shown else []
        return ReleasePage(
            rows=self._rows(project, shown, following),
            newer=_place(shown[0]) if shown and (before is not None or (after is not None and more)) else None,
            older=_place(shown[-1]) if shown and (more or after is not None) else None,
        )

    def _before(self, project: Project, release: ProjectRelease) -> list[ProjectRelease]:
        model = ProjectRelease
        return list(
            self._session.scalars(
                select(model)
                .where(model.project_id == project.id, _earlier(_place(release)))
                .order_by(model.first_seen_at.desc(), model.id.desc())
                .limit(1)
            )
        )

    def _rows(self, project: Project, shown: list[ProjectRelease], following: list[ProjectRelease]) -> list[ReleaseRow]:
        names = [release.release for release in shown]
        new = self._groups(project, ErrorGroup.introduced_in_release, names)
        regressed = self._groups(project, ErrorGroup.regressed_in_release, names)
        befores: list[ProjectRelease | None] = [*shown[1:], following[0] if following else None]
        return [
            ReleaseRow(
                release=release.release,
                first_seen_at=release.first_seen_at,
                last_seen_at=release.last_seen_at,
                events=release.events,
                errors=release.errors,
                new_groups=new.get(release.release, 0),
                regressed_groups=regressed.get(release.release, 0),
                errors_per_hour=_rate(release),
                before=None if one_before is None else _rate(one_before),
            )
            for release, one_before in zip(shown, befores, strict=False)
        ]

    def _groups(self, project: Project, column: Any, names: list[str]) -> dict[str, int]:
        if not names:
            return {}
        counted = (
            select(column, func.count())
            .where(ErrorGroup.project_id == project.id, ErrorGroup.merged_into_id.is_(None), column.in_(names))
            .group_by(column)
        )
        return dict(self._session.execute(counted).all())


def _earlier(place: Place) -> ColumnElement[bool]:
    moment, number = place
    at, model_id = ProjectRelease.first_seen_at, ProjectRelease.id
    return and_(at <= moment, or_(at < moment, model_id < number))


def _later(place: Place) -> ColumnElement[bool]:
    moment, number = place
    at, model_id = ProjectRelease.first_seen_at, ProjectRelease.id
    return and_(at >= moment, or_(at > moment, model_id > number))


def _place(release: ProjectRelease) -> Place:
    return release.first_seen_at, release.id


def _rate(release: ProjectRelease) -> float | None:
    seen = release.last_seen_at - release.first_seen_at
    return None if seen < SHORTEST else release.errors / (seen / timedelta(hours=1))
