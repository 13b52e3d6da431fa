"""Whose account it is, and what the provider's groups make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.accounts.passwords import PasswordHasher
from logister_core.accounts.services import NAME_LENGTH, UserService, valid_email
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.oidc.models import OIDCIdentity
from logister_core.oidc.provider import Person
from logister_core.projects.members.services import MemberService
from logister_core.projects.models import MemberRole, Project, ProjectMembership
from logister_core.security.inputs import canonical_uuid, one_line
from logister_core.security.sessions import SessionService
from logister_core.security.tokens import new_token

if TYPE_CHECKING:
    from logister_core.settings import OIDCSettings
    from logister_core.types import Request


class OIDCAccounts:
    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        settings: OIDCSettings,
        *,
        users: UserService,
        members: MemberService,
        hasher: PasswordHasher,
        log: AuditLog,
    ) -> None:
        self._session = session
        self._clock = clock
        self._settings = settings
        self._users = users
        self._members = members
        self._hasher = hasher
        self._log = log

    @classmethod
    def from_request(cls, context: object, request: Request) -> OIDCAccounts:
        return cls(
            request.db,
            request.registry.clock,
            request.settings.oidc,
            users=request.find_service(UserService),
            members=request.find_service(MemberService),
            hasher=request.find_service(PasswordHasher),
            log=request.find_service(AuditLog),
        )

    def account_of(self, person: Person) -> User:
        """Their account, found, linked or made, with the roles that their groups give. Raises `Refused`."""
        known = select(OIDCIdentity).where(OIDCIdentity.issuer == person.issuer, OIDCIdentity.subject == person.subject)
        identity = self._session.scalar(known.with_for_update())
        if identity is None:
            identity = self._linked(person)
        identity.last_used_at = self._clock()
        user = self._session.get_one(User, identity.user_id)
        self._apply_groups(user, identity, person.groups)
        return user

    def _linked(self, person: Person) -> OIDCIdentity:
        if not valid_email(person.email):
            raise Refused({"": "The provider has not verified your e-mail address, so nobody here can be found by it."})
        user = self._users.by_email(person.email)
        if user is None:
            user = self._created(person)
        else:
            self._make_theirs(user)
            self._log.record("account.linked", user=user, provider=self._settings.name)
        now = self._clock()
        identity = OIDCIdentity(
            user_id=user.id,
            issuer=person.issuer,
            subject=person.subject,
            granted={},
            created_at=now,
            last_used_at=now,
        )
        self._session.add(identity)
        self._session.flush()
        return identity

    def _created(self, person: Person) -> User:
        if not self._settings.sign_up:
            raise Refused({"": "There is no account with your e-mail address here. Ask for an invitation."})
        # Nobody knows the password; whoever wants one asks for a new one by mail.
        user = self._users.create(
            email=person.email, name=one_line(person.name)[:NAME_LENGTH], password=new_token(), confirmed=True
        )
        self._log.record("account.created", user=user, provider=self._settings.name)
        return user

    def _make_theirs(self, user: User) -> None:
        """An account that nobody confirmed may have been made by a stranger, who knows its password."""
        if user.confirmed_at is not None:
            return
        user.confirmed_at = user.updated_at = self._clock()
        user.password_hash = self._hasher.hash(new_token())
        SessionService(self._session, self._clock).end_others(user)

    def _apply_groups(self, user: User, identity: OIDCIdentity, groups: frozenset[str]) -> None:
        granted = dict(identity.granted)
        self._apply_administration(user, granted, groups)
        self._apply_projects(user, granted, groups)
        if granted != identity.granted:
            identity.granted = granted

    def _apply_administration(self, user: User, granted: dict[str, object], groups: frozenset[str]) -> None:
        due = not groups.isdisjoint(self._settings.admin_groups)
        if due and not user.application_admin:
            user.application_admin = granted["administrator"] = True
            self._log.record("account.administrator_granted", user=user)
        elif not due and granted.pop("administrator", False) and user.application_admin:
            user.application_admin = False
            self._log.record("account.administrator_revoked", user=user)

    def _apply_projects(self, user: User, granted: dict[str, object], groups: frozenset[str]) -> None:
        due = self._due_roles(groups)
        before = granted.get("projects", [])
        earlier = {UUID(uuid) for uuid in before} if isinstance(before, list) else set()
        kept = []
        for project, membership in self._session.execute(
            select(Project, ProjectMembership)
            .outerjoin(
                ProjectMembership,
                (ProjectMembership.project_id == Project.id) & (ProjectMembership.user_id == user.id),
            )
            .where(Project.uuid.in_({*due, *earlier}), Project.owner_id != user.id)
            .order_by(Project.id)
        ):
            role, ours = due.get(project.uuid), project.uuid in earlier
            if role is not None and membership is None:
                self._members.add(project, user.email, role, asked_by=None)
                self._log.record("member.added", user=user, subject=user, project=project.name, role=role.value)
                ours = True
            elif role is not None and ours and membership.role != role.value:
                self._members.change_role(membership, role)
                self._log.record("member.role_changed", user=user, subject=user, project=project.name, role=role.value)
            elif role is None and membership is not None:
                self._members.remove(membership)
                self._log.record("member.removed", user=user, subject=user, project=project.name)
            if role is not None and ours:
                kept.append(str(project.uuid))
        if kept or "projects" in granted:
            granted["projects"] = kept

    def _due_roles(self, groups: frozenset[str]) -> dict[UUID, MemberRole]:
        """By project; of two roles the higher one."""
        due: dict[UUID, MemberRole] = {}
        for wanted in self._settings.project_roles:
            uuid = self._project(wanted.project) if wanted.group in groups else None
            if uuid is not None and due.get(uuid) is not MemberRole.ADMIN:
                due[uuid] = MemberRole(wanted.role)
        return due

    def _project(self, name: str) -> UUID | None:
        uuid = canonical_uuid(name)
        if uuid is not None:
            return uuid
        found = self._session.scalars(select(Project.uuid).where(Project.slug == name).limit(2)).all()
        # Owners choose slugs: one that is not unique could be another project than the operator meant.
        return found[0] if len(found) == 1 else None
