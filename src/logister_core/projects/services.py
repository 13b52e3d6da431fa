"""What can be done with projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.api_keys.changes import forget_keys_after_commit
from logister_core.api_keys.models import ApiKey
from logister_core.errors import Refused
from logister_core.projects.models import IntegrationKind, Project
from logister_core.projects.origins import read_origins
from logister_core.projects.overrides import read_overrides
from logister_core.projects.retention import ProjectRetentionPolicy, Retention
from logister_core.projects.slugs import free_slug
from logister_core.security.inputs import lines, one_line

if TYPE_CHECKING:
    from logister_core.types import Request

NAME_LENGTH = 100
DESCRIPTION_LENGTH = 2000
DEFAULT = Retention()


class ProjectService:
    """`on_change` is called when keys stop working or mean something else, so that intake forgets what it knows."""

    def __init__(
        self, session: Session, clock: Callable[[], datetime], on_change: Callable[[], None] | None = None
    ) -> None:
        self._session = session
        self._clock = clock
        self._on_change = on_change

    @classmethod
    def from_request(cls, context: object, request: Request) -> ProjectService:
        return cls(request.db, request.registry.clock, forget_keys_after_commit(request))

    def create(
        self, owner: User, *, name: str, description: str, integration_kind: str, retention: Retention = DEFAULT
    ) -> Project:
        """A new project. Raises `Refused` with problems by field: name, description, integration_kind."""
        name, description = one_line(name), lines(description)
        problems = project_problems(name, description, integration_kind)
        if problems:
            raise Refused(problems)
        now = self._clock()
        project = Project(
            owner_id=owner.id,
            name=name,
            slug=self._free_slug(owner, name),
            description=description,
            integration_kind=integration_kind,
            created_at=now,
            updated_at=now,
        )
        self._session.add(project)
        self._session.flush()
        self._session.add(
            ProjectRetentionPolicy(project_id=project.id, created_at=now, updated_at=now, **asdict(retention))
        )
        return project

    def rename(self, project: Project, *, name: str, description: str) -> None:
        """Change what people read; address, kind and owner stay. Raises `Refused`: name, description."""
        name, description = one_line(name), lines(description)
        problems = _text_problems(name, description)
        if problems:
            raise Refused(problems)
        project.name, project.description = name, description
        project.updated_at = self._clock()

    def archive(self, project: Project) -> None:
        """Stop intake: data stays, all active keys are revoked. Repeating it changes nothing."""
        if project.archived_at is not None:
            return
        now = self._clock()
        project.archived_at = project.updated_at = now
        self._session.execute(
            update(ApiKey)
            .where(ApiKey.project_id == project.id, ApiKey.revoked_at.is_(None))
            .values(revoked_at=now, updated_at=now)
        )
        self._tell()

    def restore(self, project: Project) -> None:
        """Make it active again. Its keys stay revoked: who held them meanwhile is unknown.

        Raises `Refused` when it is being deleted.
        """
        # A deletion that begins at this moment is seen, because it locks the project too.
        self._session.refresh(project, with_for_update=True)
        if project.purge_requested_at is not None:
            raise Refused({"": f"{project.name} is being deleted for good and cannot be restored."})
        if project.archived_at is not None:
            project.archived_at = None
            project.updated_at = self._clock()

    def override_rate_limits(self, project: Project, entered: Mapping[str, str]) -> None:
        """Set limits of its own by column (see `overrides`); blank text means the installation's, absent stays as is.

        Raises `Refused` with problems by column.
        """
        values, problems = read_overrides(entered)
        if problems:
            raise Refused(problems)
        for column, value in values.items():
            setattr(project, column, value)
        project.updated_at = self._clock()
        self._tell()

    def allow_origins(self, project: Project, text: str) -> None:
        """Let pages of these origins, one a line, send from browsers. Raises `Refused`: allowed_origins."""
        try:
            origins = read_origins(lines(text))
        except ValueError as error:
            raise Refused({"allowed_origins": str(error)}) from error
        project.allowed_origins = origins
        project.updated_at = self._clock()
        self._tell()

    def _tell(self) -> None:
        if self._on_change is not None:
            self._on_change()

    def _free_slug(self, owner: User, name: str) -> str:
        # Two projects made at once would find the same slug free: the owner's row lets one look after the other.
        self._session.execute(select(User.id).where(User.id == owner.id).with_for_update())
        return free_slug(name, set(self._session.scalars(select(Project.slug).where(Project.owner_id == owner.id))))


def project_problems(name: str, description: str, integration_kind: str) -> dict[str, str]:
    problems = _text_problems(name, description)
    if integration_kind not in set(IntegrationKind):
        problems["integration_kind"] = "Choose what sends the events."
    return problems


def _text_problems(name: str, description: str) -> dict[str, str]:
    problems = {}
    if not name:
        problems["name"] = "Give the project a name."
    elif len(name) > NAME_LENGTH:
        problems["name"] = f"A name has at most {NAME_LENGTH} characters."
    if len(description) > DESCRIPTION_LENGTH:
        problems["description"] = f"A description has at most {DESCRIPTION_LENGTH:,} characters."
    return problems
