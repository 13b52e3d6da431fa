"""Who errors of a project can be assigned to (specification, grouping chapter §11)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.errors import Refused
from logister_core.projects.models import Project, ProjectMembership


def assignable_of(session: Session, project_ids: Collection[int], uuid: UUID) -> User | None:
    """The person of that UUID, None for somebody who belongs to none of the projects; `Refused` for somebody who
    belongs to some of them only.
    """
    person = session.scalar(select(User).where(User.uuid == uuid))
    if person is None:
        return None
    joined = select(ProjectMembership.project_id).where(ProjectMembership.user_id == person.id)
    strange = select(Project.name).where(
        Project.id.in_(project_ids), Project.owner_id != person.id, Project.id.not_in(joined)
    )
    names = session.scalars(strange.order_by(Project.name)).all()
    if len(names) == len(project_ids):
        return None
    if names:
        raise Refused({"assigned_user_id": f"{person.display_name} does not belong to {', '.join(names)}."})
    return person
