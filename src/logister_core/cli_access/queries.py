"""Whose CLI tokens there are, and what one of them reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.cli_access.models import CliAccessToken
from logister_core.projects.models import Project
from logister_core.projects.queries import belongs_to

SHOWN_ACTIVE: Final = 25
SHOWN_ENDED: Final = 10
ENDED_WITHIN: Final = timedelta(days=30)


def is_active(now: datetime) -> ColumnElement[bool]:
    return and_(CliAccessToken.revoked_at.is_(None), CliAccessToken.expires_at > now)


@dataclass(frozen=True, slots=True)
class Cut:
    """The first rows of a list; `more` says that there are others."""

    rows: Sequence[Any]
    more: bool


@dataclass(frozen=True, slots=True)
class Ended:
    token: CliAccessToken
    at: datetime


@dataclass(frozen=True, slots=True)
class CliSessions:
    """For the profile: `active` the newest first, `ended` (of `Ended`) the latest end first."""

    active: Cut
    ended: Cut


def cli_sessions(session: Session, user: User, now: datetime) -> CliSessions:
    of_user = CliAccessToken.user_id == user.id
    newest = select(CliAccessToken).where(of_user).order_by(CliAccessToken.created_at.desc(), CliAccessToken.id.desc())
    active = session.scalars(newest.where(is_active(now)).limit(SHOWN_ACTIVE + 1)).all()
    since = now - ENDED_WITHIN
    # Revoked ones expire all the same, but that is not when they ended.
    end = func.coalesce(CliAccessToken.revoked_at, CliAccessToken.expires_at)
    ended = session.scalars(
        select(CliAccessToken)
        .where(
            of_user,
            or_(
                CliAccessToken.revoked_at > since,
                and_(
                    CliAccessToken.revoked_at.is_(None),
                    CliAccessToken.expires_at <= now,
                    CliAccessToken.expires_at > since,
                ),
            ),
        )
        .order_by(end.desc(), CliAccessToken.id.desc())
        .limit(SHOWN_ENDED + 1)
    ).all()
    return CliSessions(
        active=_cut(active, SHOWN_ACTIVE),
        ended=_cut([Ended(token, token.revoked_at or token.expires_at) for token in ended], SHOWN_ENDED),
    )


def token_of(session: Session, user: User, uuid: UUID) -> CliAccessToken | None:
    return session.scalar(select(CliAccessToken).where(CliAccessToken.user_id == user.id, CliAccessToken.uuid == uuid))


def reaches(token: CliAccessToken) -> ColumnElement[bool]:
    """Which projects: those of its user at this moment, and of them the chosen ones. Archived ones are among them."""
    of_user = belongs_to(token.user)
    if token.all_projects:
        return of_user
    return and_(of_user, Project.uuid.in_([UUID(uuid) for uuid in token.project_uuids]))


def reached(session: Session, token: CliAccessToken, limit: int) -> tuple[int, Sequence[UUID]]:
    """How many projects, and the UUIDs of at most `limit`, the oldest first."""
    count = session.scalar(select(func.count()).select_from(Project).where(reaches(token))) or 0
    oldest = select(Project.uuid).where(reaches(token)).order_by(Project.created_at, Project.id).limit(limit)
    return count, session.scalars(oldest).all()


def _cut(rows: Sequence[Any], limit: int) -> Cut:
    return Cut(rows[:limit], len(rows) > limit)
