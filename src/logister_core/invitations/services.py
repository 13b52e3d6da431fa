"""What can be done with invitations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session, joinedload

from logister_core.accounts.administrators import administers
from logister_core.accounts.models import User
from logister_core.accounts.services import normal_email, valid_email
from logister_core.errors import Refused
from logister_core.invitations.models import Invitation
from logister_core.projects.members.services import MemberService
from logister_core.projects.models import MemberRole, Project, ProjectMembership
from logister_core.security.tokens import digest, new_token

if TYPE_CHECKING:
    from logister_core.types import Request

LIFE: Final = timedelta(days=7)
# Open ones of a project, and for accounts.
MOST: Final = 50
OPEN_PATH: Final = "/invitations/open?invitation_token="
SPENT: Final = "This invitation is not good any more."


@dataclass(frozen=True, slots=True)
class Opened:
    """A good invitation. `mailed`: its link came from the mail, so that who has it reads `invitation.email`."""

    invitation: Invitation
    mailed: bool


class Invitations:
    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        members: MemberService,
        admin_emails: Collection[str],
    ) -> None:
        self._session = session
        self._clock = clock
        self._members = members
        self._admin_emails = admin_emails

    @classmethod
    def from_request(cls, context: object, request: Request) -> Invitations:
        return cls(
            request.db,
            request.registry.clock,
            request.find_service(MemberService),
            request.settings.product.admin_emails,
        )

    def create(
        self,
        by: User,
        *,
        project: Project | None = None,
        role: MemberRole | None = None,
        email: str = "",
        mailed: bool = False,
    ) -> tuple[Invitation, str]:
        """An invitation and the token of its link, which exists nowhere else: show it now or never.

        `mailed` owes a mail to that address. Raises `Refused`: email, or "" when there are too many.
        """
        email = normal_email(email)
        if email and not valid_email(email):
            raise Refused({"email": "Enter an e-mail address, or nothing."})
        if len(self.open_of(project)) >= MOST:
            raise Refused({"": f"There are {MOST} open invitations. Take some of them back first."})
        token, now = new_token(), self._clock()
        invitation = Invitation(
            token_digest=digest(token),
            project_id=None if project is None else project.id,
            role=None if role is None else role.value,
            email=email,
            mail_due_at=now if email and mailed else None,
            invited_by_id=by.id,
            created_at=now,
            expires_at=now + LIFE,
        )
        self._session.add(invitation)
        self._session.flush()
        return invitation, token

    def open_of(self, project: Project | None) -> Sequence[Invitation]:
        """Those of the project, or without one for accounts, that can still be accepted; the newest first."""
        return self._session.scalars(
            select(Invitation)
            .where(_of(project), *open_ones(self._clock()))
            .order_by(Invitation.id.desc())
            .options(joinedload(Invitation.invited_by))
        ).all()

    def find(self, project: Project | None, uuid: UUID) -> Invitation | None:
        return self._session.scalar(select(Invitation).where(_of(project), Invitation.uuid == uuid))

    def revoke(self, invitation: Invitation) -> bool:
        """Let nobody in with it any more. False when it was over already."""
        return self._end(invitation, revoked_at=self._clock())

    def opened(self, token: str | None) -> Opened | None:
        """The invitation of a link, when it is good: open, and whoever made it still may invite."""
        if not token:
            return None
        known = digest(token)
        invitation = self._session.scalar(
            select(Invitation).where(
                or_(Invitation.token_digest == known, Invitation.mailed_digest == known), *open_ones(self._clock())
            )
        )
        if invitation is None or not self._still_granted(invitation):
            return None
        return Opened(invitation, mailed=invitation.mailed_digest == known)

    def accept(self, invitation: Invitation, user: User) -> None:
        """Let `user` in, once. Raises `Refused` when they are in already, or somebody else was first."""
        project = invitation.project
        if project is not None and self._belongs(project, user):
            raise Refused({"": f"You have access to {project.name} already. The invitation stays open for others."})
        if not self._end(invitation, accepted_at=self._clock(), accepted_by_id=user.id):
            raise Refused({"": SPENT})
        if project is not None:
            self._members.add(project, user.email, MemberRole(invitation.role or MemberRole.VIEWER), asked_by=None)

    def _end(self, invitation: Invitation, **values: object) -> bool:
        # Of two at once, or with a revocation, one finds that the other was first.
        ended = update(Invitation).where(Invitation.id == invitation.id, *open_ones(self._clock())).values(**values)
        found = self._session.scalar(ended.returning(Invitation.id).execution_options(synchronize_session=False))
        self._session.refresh(invitation)
        return found is not None

    def _belongs(self, project: Project, user: User) -> bool:
        return project.owner_id == user.id or self._role(project, user) is not None

    def _role(self, project: Project, user: User) -> str | None:
        return self._session.scalar(
            select(ProjectMembership.role).where(
                ProjectMembership.project_id == project.id, ProjectMembership.user_id == user.id
            )
        )

    def _still_granted(self, invitation: Invitation) -> bool:
        """Otherwise somebody who lost their rights would come back by an invitation of their own."""
        by, project = invitation.invited_by, invitation.project
        if by is None:
            return False
        if project is None:
            return administers(by, self._admin_emails)
        if project.purge_requested_at is not None:
            return False
        return project.owner_id == by.id or self._role(project, by) == MemberRole.ADMIN.value


def _of(project: Project | None) -> ColumnElement[bool]:
    return Invitation.project_id.is_(None) if project is None else Invitation.project_id == project.id


def open_ones(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now)
