"""The person and the projects of the demo."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.cli.api_keys import create_key
from logister_core.cli.projects import create_project
from logister_core.cli.users import create_account
from logister_core.demo.state import DemoState
from logister_core.demo.story import SERVICES
from logister_core.projects.models import Project
from logister_core.source_repositories.services import SourceRepositoryService

if TYPE_CHECKING:
    from logister_core.settings import Settings


def still_there(session: Session, state: DemoState) -> bool:
    """Whether the database is the one that `state` speaks of, and nobody removed the demo from it."""
    found = session.scalars(select(Project.uuid).join(User).where(User.email == state.email))
    return {str(uuid) for uuid in found} >= set(state.projects.values())


def move_in(session: Session, settings: Settings, *, until: datetime, scale: float) -> DemoState:
    """Make them. On an installation that nobody claimed the person becomes its administrator."""
    from logister_core.app import utc_now

    email = _free_email(session)
    password = secrets.token_urlsafe(12)
    create_account(session, email=email, name="Robin Fernwood", password=password, admin=_unclaimed(session))
    state = DemoState(until=until, scale=scale, email=email, password=password, projects={}, tokens={})
    for service in SERVICES:
        project = create_project(session, name=service.project, owner=email, kind=service.kind)
        _, token = create_key(session, settings, project=project.uuid, name=f"demo {service.key}")
        state.projects[service.key] = str(project.uuid)
        state.tokens[service.key] = token
        entered = {"full_name": service.repository, "runtime_root": service.folder, "enabled": "1"}
        SourceRepositoryService(session, utc_now).connect(project, entered)
    return state


def _unclaimed(session: Session) -> bool:
    from logister_core.installation.models import Installation

    return session.get_one(Installation, 1).claimed_at is None


def _free_email(session: Session) -> str:
    """demo@example.com; another one where an earlier demo lost its notes."""
    taken = set(session.scalars(select(User.email).where(User.email.like("demo%@example.com"))))
    names = (f"demo{number or ''}@example.com" for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)
