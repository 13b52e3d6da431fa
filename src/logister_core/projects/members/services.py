"""Sharing a project, and ending that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.db.upsert import insert_for
from logister_core.error_groups.models import ErrorGroup
from logister_core.errors import Refused
from logister_core.ids import uuid7
from logister_core.projects.models import MemberRole, Project, ProjectMembership
from logister_core.security.inputs import one_line

if TYPE_CHECKING:
    from logister_core.types import Request


class MemberService:
    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    def from_request(cls, context: object, request: Request) -> MemberService:
        return cls(request.db, request.registry.clock)

    def add(self, project: Project, email: str, role: MemberRole, *, asked_by: User | None) -> User:
        """Let somebody with an account in, at once. Raises `Refused` with the sentence: email."""
        user = self._session.scalar(select(User).where(User.email == one_line(email).lower()))
        if user is None:
            raise Refused({"email": "User not found."})
        if user.id == project.owner_id:
            own = asked_by is not None and asked_by.id == user.id
            raise Refused(
                {"email": "You already own this project." if own else f"{user.email} already owns this project."}
            )
        added = self._session.scalar(
            insert_for(self._session, ProjectMembership)
            .values(uuid=uuid7(), project_id=project.id, user_id=user.id, role=role.value, created_at=self._clock())
            .on_conflict_do_nothing(index_elements=["project_id", "user_id"])
            .returning(ProjectMembership.id)
        )
        if added is None:
            raise Refused({"email": f"{user.email} already has access; change the role in the table."})
        return user

    def change_role(self, membership: ProjectMembership, role: MemberRole) -> None:
        membership.role = role.value

    def remove(self, membership: ProjectMembership) -> None:
        """End the access, and free what the person was to look at in this project."""
        self.free_groups(membership.user_id, membership.project_id)
        self._session.delete(membership)

    def free_groups(self, user_id: int, project_id: int | None = None) -> None:
        """Nobody looks at what that person was to look at; of one project, or of all."""
        group = ErrorGroup
        where = [] if project_id is None else [group.project_id == project_id]
        # Locked by id first, as the projector does, so that neither waits for the other in a circle.
        locked = self._session.execute(
            select(group.id, group.assigned_user_id)
            .where(
                *where,
                or_(group.assigned_user_id == user_id, group.assigned_by_user_id == user_id),
            )
            .order_by(group.id)
            .with_for_update()
        ).all()
        theirs = [group_id for group_id, assigned in locked if assigned == user_id]
        given = [group_id for group_id, assigned in locked if assigned != user_id]
        now = self._clock()
        nobody = {"assigned_user_id": None, "assigned_by_user_id": None, "assigned_at": None, "updated_at": now}
        for ids, values in ((theirs, nobody), (given, {"assigned_by_user_id": None, "updated_at": now})):
            for start in range(0, len(ids), _AT_ONCE):
                self._session.execute(update(group).where(group.id.in_(ids[start : start + _AT_ONCE])).values(values))


# A statement takes a limited number of values.
_AT_ONCE = 1000
