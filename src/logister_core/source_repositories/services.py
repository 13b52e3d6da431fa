"""What can be done with a project's repositories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.errors import Refused
from logister_core.projects.models import Project
from logister_core.source_repositories.models import SourceRepository
from logister_core.source_repositories.values import RepositoryValues, read_repository

if TYPE_CHECKING:
    from logister_core.types import Request

# Each frame of a stack is compared with each of them.
MOST = 50

_TAKEN = "is already connected to this project"


class SourceRepositoryService:
    """Its methods raise `Refused` with problems by field; "" is the whole."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    def from_request(cls, context: object, request: Request) -> SourceRepositoryService:
        return cls(request.db, request.registry.clock)

    def connect(self, project: Project, entered: Mapping[str, str]) -> SourceRepository:
        """A repository of these values (see `values.FIELDS`)."""
        self._may_change(project)
        values = read_repository(entered)
        names = self._names(project)
        if len(names) >= MOST:
            raise Refused({"": f"A project has at most {MOST} repositories."})
        if values.full_name in names:
            raise Refused({"full_name": _TAKEN})
        now = self._clock()
        repository = SourceRepository(project_id=project.id, **asdict(values), created_at=now, updated_at=now)
        self._session.add(repository)
        self._session.flush()
        return repository

    def change(self, project: Project, repository: SourceRepository, entered: Mapping[str, str]) -> None:
        """What `entered` does not name stays as it is."""
        self._may_change(project)
        values = read_repository({**as_entered(repository), **entered})
        if values.full_name in self._names(project) - {repository.full_name}:
            raise Refused({"full_name": _TAKEN})
        for name, value in asdict(values).items():
            setattr(repository, name, value)
        repository.updated_at = self._clock()

    def remove(self, project: Project, repository: SourceRepository) -> None:
        self._may_change(project)
        self._session.delete(repository)

    def _may_change(self, project: Project) -> None:
        if project.archived_at is not None:
            raise Refused({"": "Project is archived. Restore it to change its repositories."})
        # Two people who connect the same repository at once: the project's row lets one look after the other.
        self._session.execute(select(Project.id).where(Project.id == project.id).with_for_update())

    def _names(self, project: Project) -> set[str]:
        of_project = SourceRepository.project_id == project.id
        return set(self._session.scalars(select(SourceRepository.full_name).where(of_project)))


def as_entered(repository: SourceRepository) -> dict[str, str]:
    """The fields as a form has them."""
    values = {field.name: getattr(repository, field.name) for field in fields(RepositoryValues)}
    return {name: ("1" if value else "0") if isinstance(value, bool) else value for name, value in values.items()}
