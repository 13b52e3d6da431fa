"""Reading a project's repositories, and what is known of its commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from logister_core.projects.models import Project
from logister_core.source_repositories.models import Provider, SourceRepository

if TYPE_CHECKING:
    from logister_core.types import Request


_OF_PROJECT = (
    select(SourceRepository)
    .where(SourceRepository.project_id == bindparam("project_id"))
    .order_by(SourceRepository.full_name, SourceRepository.id)
)


class SourceRepositoryQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> SourceRepositoryQuery:
        return cls(request.db)

    def of(self, project: Project) -> Sequence[SourceRepository]:
        """Switched on or not, by name."""
        return self._session.scalars(_OF_PROJECT, {"project_id": project.id}).all()

    def find(self, project: Project, uuid: UUID) -> SourceRepository | None:
        of_project = SourceRepository.project_id == project.id
        return self._session.scalar(select(SourceRepository).where(of_project, SourceRepository.uuid == uuid))


def only_repositories(session: Session, project_ids: set[int]) -> dict[int, str]:
    """By project: the name of its repository on GitHub, where exactly one is switched on. Others are missing."""
    names: dict[int, list[str]] = {}
    rows = session.execute(
        select(SourceRepository.project_id, SourceRepository.full_name).where(
            SourceRepository.project_id.in_(project_ids),
            SourceRepository.enabled,
            SourceRepository.provider == Provider.GITHUB.value,
        )
    )
    for project_id, name in rows:
        names.setdefault(project_id, []).append(name)
    return {project_id: found[0] for project_id, found in names.items() if len(found) == 1}
