"""Lists of people, and what belongs to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from logister_core.accounts.models import User
from logister_core.api_keys.models import ApiKey
from logister_core.projects.models import Project, ProjectMembership
from logister_core.second_factors.models import Passkey
from logister_core.second_factors.services import SecondFactors

PEOPLE_SHOWN = 50
KEYS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PersonRow:
    uuid: UUID
    name: str
    email: str
    confirmed: bool
    created_at: datetime
    projects: int
    keys: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """`more` says whether others follow."""

    rows: list[PersonRow]
    more: bool


@dataclass(frozen=True, slots=True)
class Belongings:
    """Of one person; `keys` are the newest."""

    owned: Sequence[Project]
    shared: Sequence[tuple[Project, str]]
    keys: Sequence[ApiKey]


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person proves besides the password; `app_since` is None without an authenticator app."""

    app_since: datetime | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        return self.app_since is not None or bool(self.passkeys)


def people(session: Session, search: str, number: int) -> PeoplePage:
    """The newest first; `search` is any part of address or name, `number` counts pages from 1."""
    projects = select(func.count()).where(Project.owner_id == User.id).scalar_subquery()
    keys = select(func.count()).where(ApiKey.user_id == User.id).scalar_subquery()
    query = select(User, projects, keys).order_by(User.created_at.desc(), User.id.desc())
    if search:
        wanted = search.lower()
        parts = (func.lower(part).contains(wanted, autoescape=True) for part in (User.email, User.name))
        query = query.where(or_(*parts))
    found = session.execute(query.limit(PEOPLE_SHOWN + 1).offset((number - 1) * PEOPLE_SHOWN)).all()
    rows = [
        PersonRow(user.uuid, user.name, user.email, user.confirmed_at is not None, user.created_at, owned, made)
        for user, owned, made in found[:PEOPLE_SHOWN]
    ]
    return PeoplePage(rows, len(found) > PEOPLE_SHOWN)


def keys_made(session: Session, person: User) -> int:
    """How many keys, in whatever project."""
    return session.scalar(select(func.count()).where(ApiKey.user_id == person.id)) or 0


def belongings(session: Session, person: User) -> Belongings:
    owned = session.scalars(select(Project).where(Project.owner_id == person.id).order_by(Project.name)).all()
    shared = session.execute(
        select(Project, ProjectMembership.role)
        .join(ProjectMembership, ProjectMembership.project_id == Project.id)
        .where(ProjectMembership.user_id == person.id)
        .order_by(Project.name)
    ).all()
    keys = session.scalars(
        select(ApiKey)
        .where(ApiKey.user_id == person.id)
        .options(joinedload(ApiKey.project))
        .order_by(ApiKey.created_at.desc(), ApiKey.id.desc())
        .limit(KEYS_SHOWN)
    ).all()
    return Belongings(owned, [(project, role) for project, role in shared], keys)


def factors_of(service: SecondFactors, person: User) -> Factors:
    app = service.app(person)
    return Factors(None if app is None else app.confirmed_at, service.passkeys(person), service.codes_left(person))
