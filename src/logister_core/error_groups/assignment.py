"""Who errors of a project can be assigned to (specification, grouping chapter §11)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.projects.models import Project, ProjectMembership


def assignable(session: Session, project: Project) -> Sequence[User]:
    """Its owner and members, by address."""
    return session.scalars(select(User).where(_belongs(project)).order_by(User.email)).all()


def assignable_of(session: Session, project: Project, uuid: UUID) -> User | None:
    """The person of that UUID, None for somebody who does not belong to the project."""
    return session.scalar(select(User).where(User.uuid == uuid, _belongs(project)))


def _belongs(project: Project) -> ColumnElement[bool]:
    members = select(ProjectMembership.user_id).where(ProjectMembership.project_id == project.id)
    return or_(User.id == project.owner_id, User.id.in_(members))
