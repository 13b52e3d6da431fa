"""Which projects there are for a person, and what their pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal, or_, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.error_groups.counts import open_and_all
from logister_core.error_groups.models import ErrorGroup, GroupStatus
from logister_core.ingest.models import EventType, IngestEvent, TraceSpan
from logister_core.projects.models import Project, ProjectMembership
from logister_core.projects.roles import Role
from logister_core.web.formatting import AtLeast

if TYPE_CHECKING:
    from logister_core.types import Request

RECENT = timedelta(hours=24)
# Counting error groups further would take longer than the number is worth.
COUNTED = 10_000
# Projects that are named first in a list of the newest.
MOST_FIRST = 8
_NONE = UUID(int=0)


_NEWEST = (Project.created_at.desc(), Project.id.desc())
_VISIBLE = (
    select(Project, ProjectMembership.role)
    .outerjoin(
        ProjectMembership,
        and_(ProjectMembership.project_id == Project.id, ProjectMembership.user_id == bindparam("user_id")),
    )
    .where(
        Project.uuid == bindparam("uuid"),
        or_(Project.owner_id == bindparam("user_id"), ProjectMembership.id.is_not(None)),
    )
)


_MEMBERSHIPS = select(ProjectMembership.project_id).where(ProjectMembership.user_id == bindparam("user_id"))
_PLACE = case(
    *((Project.uuid == bindparam(f"first_{place}"), literal(place)) for place in range(MOST_FIRST)),
    else_=literal(MOST_FIRST),
)
_RECENT = (
    select(Project.uuid, Project.name, Project.integration_kind)
    .where(or_(Project.owner_id == bindparam("user_id"), Project.id.in_(_MEMBERSHIPS)), Project.archived_at.is_(None))
    .order_by(_PLACE, *_NEWEST)
    .limit(bindparam("shown"))
)


def counted(number: int) -> int:
    """`number`, which was counted up to `COUNTED`, so that it is written as what it is."""
    return AtLeast(number) if number == COUNTED else number


class KnownProject(NamedTuple):
    """What is needed of each of many projects."""

    id: int
    name: str
    owner_id: int


class ListedProject(NamedTuple):
    """What the list reads of a project; names and meanings are those of `Project`."""

    id: int
    uuid: UUID
    owner_id: int
    name: str
    slug: str
    integration_kind: str
    archived_at: datetime | None
    purge_requested_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProjectHome:
    """What a project's first page tells; `recent` are pairs of event type and number, all types, in fixed order."""

    open_groups: int
    new_today: int
    all_groups: int
    recent: list[tuple[str, int]]
    last_receipt: datetime | None


class ProjectQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> ProjectQuery:
        return cls(request.db)

    def visible(self, uuid: UUID, user: User) -> tuple[Project, Role] | None:
        """The project and the person's role, or None when it does not exist for them."""
        found = self._session.execute(_VISIBLE, {"uuid": uuid, "user_id": user.id}).one_or_none()
        if found is None:
            return None
        project, member_role = found
        return project, Role.OWNER if project.owner_id == user.id else Role(member_role)

    def by_uuid(self, uuid: UUID) -> Project | None:
        """The project, whoever asks."""
        return self._session.scalar(select(Project).where(Project.uuid == uuid))

    def accessible(self, user: User, *, archived: bool | None = None) -> Sequence[Project]:
        """Projects the person belongs to, the newest first. `archived` None: all."""
        return self._session.scalars(select(Project).where(*_of(user, archived)).order_by(*_NEWEST)).all()

    def listed(self, user: User, *, archived: bool | None) -> list[ListedProject]:
        """As `accessible`."""
        columns = (getattr(Project, name) for name in ListedProject._fields)
        rows = self._session.execute(select(*columns).where(*_of(user, archived)).order_by(*_NEWEST))
        return [ListedProject._make(row) for row in rows]

    def active(self, user: User) -> list[KnownProject]:
        """Those of the person that are not archived."""
        columns = (getattr(Project, name) for name in KnownProject._fields)
        rows = self._session.execute(select(*columns).where(belongs_to(user), Project.archived_at.is_(None)))
        return [KnownProject._make(row) for row in rows]

    def recent(self, user: User, first: Sequence[UUID], limit: int) -> list[tuple[UUID, str, str]]:
        """UUID, name and kind of the person's active projects: those in `first` (at most `MOST_FIRST`) in that order,
        then the newest.
        """
        firsts = {f"first_{place}": uuid for place, uuid in enumerate((*first, *[_NONE] * MOST_FIRST)[:MOST_FIRST])}
        rows = self._session.execute(_RECENT, {"user_id": user.id, "shown": limit, **firsts})
        return [(uuid, name, kind) for uuid, name, kind in rows]

    def counts(self, user: User) -> dict[str, int]:
        """Numbers of the person's projects: active, archived, all."""
        every, archived = self._session.execute(
            select(func.count(), func.count(Project.archived_at)).where(belongs_to(user))
        ).one()
        return {"active": every - archived, "archived": archived, "all": every}

    def home(self, project: Project, now: datetime) -> ProjectHome:
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        new_today = self._session.scalar(
            select(func.count()).where(
                ErrorGroup.project_id == project.id,
                ErrorGroup.status == GroupStatus.UNRESOLVED.value,
                ErrorGroup.first_seen_at >= today,
                ErrorGroup.merged_into_id.is_(None),
            )
        )
        open_groups, all_groups = self._groups(project)
        return ProjectHome(
            open_groups=open_groups,
            new_today=new_today or 0,
            all_groups=all_groups,
            recent=self._recent(project, now - RECENT),
            last_receipt=self.last_receipt(project),
        )

    def last_receipt(self, project: Project) -> datetime | None:
        """When the latest event or span arrived, None when nothing was ever received."""
        # By the time it happened, because that is what is indexed; the two differ by what clients hold back.
        events = self._latest(IngestEvent.received_at, IngestEvent.project_id, IngestEvent.occurred_at, project)
        spans = self._latest(TraceSpan.received_at, TraceSpan.project_id, TraceSpan.started_at, project)
        return max((moment for moment in (events, spans) if moment is not None), default=None)

    def first_event_uuid(self, project: Project) -> UUID | None:
        return self._session.scalar(
            select(IngestEvent.uuid)
            .where(IngestEvent.project_id == project.id)
            .order_by(IngestEvent.occurred_at)
            .limit(1)
        )

    def open_groups(self, project: Project) -> int:
        """How many error groups wait for somebody."""
        return self._groups(project)[0]

    def _groups(self, project: Project) -> tuple[int, int]:
        """Open and all groups."""
        return open_and_all(self._session, [project.id]).get(project.id, (0, 0))

    def _latest(self, what: Any, of_project: Any, moment: Any, project: Project) -> datetime | None:
        return self._session.scalar(select(what).where(of_project == project.id).order_by(moment.desc()).limit(1))

    def _recent(self, project: Project, since: datetime) -> list[tuple[str, int]]:
        found: dict[str, int] = dict(
            self._session.execute(
                select(IngestEvent.event_type, func.count())
                .where(IngestEvent.project_id == project.id, IngestEvent.occurred_at >= since)
                .group_by(IngestEvent.event_type)
            ).all()
        )
        spans = self._session.scalar(
            select(func.count()).where(TraceSpan.project_id == project.id, TraceSpan.started_at >= since)
        )
        return [*((kind.value, found.get(kind.value, 0)) for kind in EventType), ("span", spans or 0)]


def belongs_to(user: User) -> ColumnElement[bool]:
    """Of a project: the person owns it or is a member."""
    member = select(ProjectMembership.project_id).where(ProjectMembership.user_id == user.id)
    return or_(Project.owner_id == user.id, Project.id.in_(member))


def _of(user: User, archived: bool | None) -> list[ColumnElement[bool]]:
    if archived is None:
        return [belongs_to(user)]
    return [belongs_to(user), Project.archived_at.is_not(None) if archived else Project.archived_at.is_(None)]
