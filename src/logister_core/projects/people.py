"""The people of projects: those whom errors can be assigned to."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.db.among import among_named
from logister_core.projects.models import Project, ProjectMembership


class Person(NamedTuple):
    id: int
    uuid: UUID
    name: str
    email: str

    @property
    def label(self) -> str:
        """Name, else address."""
        return self.name or self.email


_OWNERS = select(Project.owner_id).where(among_named(Project.id, "project_ids"))
_MEMBERS = select(ProjectMembership.user_id).where(among_named(ProjectMembership.project_id, "project_ids"))
_PEOPLE = (
    select(User.id, User.uuid, User.name, User.email)
    .where(or_(User.id.in_(_OWNERS), User.id.in_(_MEMBERS)))
    .order_by(User.email)
)


def people_of(session: Session, project_ids: Collection[int]) -> list[Person]:
    """Owners and members of any of these projects, by address."""
    return [Person._make(row) for row in session.execute(_PEOPLE, {"project_ids": list(project_ids)})]
