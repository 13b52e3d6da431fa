"""The team of a project, and what each of them has to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from logister_core.accounts.models import User
from logister_core.error_groups.models import ErrorGroup, GroupStatus
from logister_core.projects.models import Project, ProjectMembership


@dataclass(frozen=True, slots=True)
class TeamRow:
    """`membership` and `role` are None for the owner."""

    user: User
    membership: UUID | None
    role: str | None
    assigned: int


@dataclass(frozen=True, slots=True)
class Team:
    """The owner, then the members by address; the numbers count open groups only."""

    rows: Sequence[TeamRow]
    open_groups: int
    assigned: int

    @property
    def unassigned(self) -> int:
        return self.open_groups - self.assigned


def team_of(session: Session, project: Project) -> Team:
    open_by: dict[int | None, int] = dict(
        session.execute(
            select(ErrorGroup.assigned_user_id, func.count())
            .where(
                ErrorGroup.project_id == project.id,
                ErrorGroup.status == GroupStatus.UNRESOLVED.value,
                ErrorGroup.merged_into_id.is_(None),
            )
            .group_by(ErrorGroup.assigned_user_id)
        ).all()
    )
    memberships = session.scalars(
        select(ProjectMembership)
        .join(ProjectMembership.user)
        .where(ProjectMembership.project_id == project.id)
        .order_by(User.email)
        .options(joinedload(ProjectMembership.user))
    )
    owner = project.owner
    return Team(
        rows=[
            TeamRow(owner, None, None, open_by.get(owner.id, 0)),
            *(TeamRow(member.user, member.uuid, member.role, open_by.get(member.user_id, 0)) for member in memberships),
        ],
        open_groups=sum(open_by.values()),
        assigned=sum(count for user_id, count in open_by.items() if user_id is not None),
    )


def membership_of(session: Session, project: Project, uuid: UUID) -> ProjectMembership | None:
    return session.scalar(
        select(ProjectMembership).where(ProjectMembership.project_id == project.id, ProjectMembership.uuid == uuid)
    )
