"""What administrators do with accounts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.errors import Refused
from logister_core.installation.models import Installation
from logister_core.projects.members.services import MemberService
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge
from logister_core.purges.services import PurgeService

if TYPE_CHECKING:
    from logister_core.types import Request


class PeopleService:
    """`admin_emails` administer besides those who have the flag."""

    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        purges: PurgeService,
        members: MemberService,
        admin_emails: Collection[str],
    ) -> None:
        self._session = session
        self._clock = clock
        self._purges = purges
        self._members = members
        self._admin_emails = admin_emails

    @classmethod
    def from_request(cls, context: object, request: Request) -> PeopleService:
        return cls(
            request.db,
            request.registry.clock,
            request.find_service(PurgeService),
            request.find_service(MemberService),
            request.settings.product.admin_emails,
        )

    def confirm(self, person: User) -> bool:
        """Take the address for theirs; whether it was not before."""
        if person.confirmed_at is not None:
            return False
        person.confirmed_at = person.updated_at = self._clock()
        return True

    def delete(self, person: User, actor: User | None) -> Sequence[ProjectPurge]:
        """Remove the account, or, while it owns projects, begin to delete those instead: their purges.

        What the person did in projects of others stays, keys included. Raises `Refused` for oneself, and for the last
        who administers.
        """
        if actor is not None and person.id == actor.id:
            raise Refused({"": "You cannot delete your own account."})
        # Two administrators who delete each other at once: the second waits here, and is then the last.
        self._session.get_one(Installation, 1, with_for_update=True)
        if not self._others_administer(person):
            raise Refused({"": f"{person.email} is the last who administers this installation and cannot be deleted."})
        owned = self._session.scalars(select(Project).where(Project.owner_id == person.id).order_by(Project.id)).all()
        if owned:
            return [self._purges.request(project, actor, typed=project.name) for project in owned]
        self._members.free_groups(person.id)
        # By statement: whatever belongs to the account goes with it or forgets it, as its foreign keys say.
        self._session.execute(delete(User).where(User.id == person.id))
        return []

    def _others_administer(self, person: User) -> bool:
        by_address = User.email.in_(self._admin_emails) & User.confirmed_at.is_not(None)
        others = exists().where(User.id != person.id, or_(User.application_admin, by_address))
        return bool(self._session.scalar(select(others)))
