"""Asking for a project to be deleted, and asking again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.errors import Refused
from logister_core.projects.models import Project
from logister_core.projects.services import ProjectService
from logister_core.purges.actors import purge_projects
from logister_core.purges.models import ProjectPurge, PurgeStatus
from logister_core.tasks.actors import send

if TYPE_CHECKING:
    from logister_core.types import Request

logger = logging.getLogger(__name__)


class PurgeService:
    """`projects` is what archives; `on_change` is called when there is something to do."""

    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        projects: ProjectService,
        on_change: Callable[[], None],
    ) -> None:
        self._session = session
        self._clock = clock
        self._projects = projects
        self._on_change = on_change

    @classmethod
    def from_request(cls, context: object, request: Request) -> PurgeService:
        return cls(
            request.db, request.registry.clock, request.find_service(ProjectService), _work_after_commit(request)
        )

    def request(self, project: Project, user: User | None, *, typed: str) -> ProjectPurge:
        """Make the project a tombstone and owe its removal. Asking again gives the same purge.

        `typed` must be the project's name. Raises `Refused`: confirmation.
        """
        if typed.strip() != project.name.strip():
            raise Refused({"confirmation": f"Nothing was deleted. Type the name of the project, {project.name}."})
        # Two that ask at once: the second waits here and finds the first one's purge.
        self._session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
        found = self.of(project)
        if found is not None:
            return found
        self._projects.archive(project)
        now = self._clock()
        project.purge_requested_at = project.updated_at = now
        purge = ProjectPurge(
            project_id=project.id,
            project_uuid=project.uuid,
            project_name=project.name,
            requested_by_id=None if user is None else user.id,
            due_at=now,
            requested_at=now,
            removed={},
        )
        self._session.add(purge)
        self._session.flush()
        self._on_change()
        return purge

    def retry(self, purge: ProjectPurge) -> None:
        """Let a purge that failed go on now; any other is left alone."""
        if purge.status != PurgeStatus.FAILED:
            return
        purge.status = PurgeStatus.REQUESTED.value
        purge.attempts = 0
        purge.failed_at = purge.last_error = None
        purge.due_at = self._clock()
        self._on_change()

    def of(self, project: Project) -> ProjectPurge | None:
        return self.by_project([project.id]).get(project.id)

    def by_project(self, project_ids: Sequence[int]) -> dict[int, ProjectPurge]:
        """The purges of these projects; those that nobody wants to delete are missing."""
        if not project_ids:
            return {}
        found = self._session.scalars(select(ProjectPurge).where(ProjectPurge.project_id.in_(project_ids)))
        return {purge.project_id: purge for purge in found}


def _work_after_commit(request: Request) -> Callable[[], None]:
    registry = request.registry

    def work(committed: bool) -> None:
        if not committed:
            return
        try:
            send(registry, purge_projects)
        except Exception:
            # Whatever is wrong with the broker, the job of the next minute finds the purge.
            logger.warning("purges.hint_failed", exc_info=True)

    return lambda: request.tm.get().addAfterCommitHook(work)
