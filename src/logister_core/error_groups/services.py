"""What people decide about groups (specification, grouping chapter §7.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.transitions import changes_for
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project

if TYPE_CHECKING:
    from logister_core.types import Request


class TriageService:
    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    def from_request(cls, context: object, request: Request) -> TriageService:
        return cls(request.db, request.registry.clock)

    def locked(self, project: Project, uuid: UUID) -> ErrorGroup | None:
        """The project's group of that UUID as it is now; until commit nobody else counts or decides about it."""
        return self._session.scalar(
            select(ErrorGroup)
            .where(ErrorGroup.project_id == project.id, ErrorGroup.uuid == uuid)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    def apply(self, action: str, group: ErrorGroup) -> bool:
        """Resolve, ignore, archive or reopen a locked group; False when it was in that state already.

        A repetition changes nothing: the time of closing decides which later occurrence proves a return, and a second
        click must not move it, nor count a second reopening.
        """
        now = self._clock()
        changes = changes_for(
            action,
            now=now,
            latest_release=self._latest_release(group) if action == "resolve" else None,
            reopen_count=group.reopen_count,
        )
        if changes["status"] == group.status:
            return False
        for column, value in changes.items():
            setattr(group, column, value)
        group.updated_at = now
        return True

    def _latest_release(self, group: ErrorGroup) -> str | None:
        """Release of the latest event; the last one known when that event is gone."""
        found = self._session.execute(
            select(IngestEvent.release).where(
                IngestEvent.id == group.latest_event_id, IngestEvent.occurred_at == group.latest_event_occurred_at
            )
        ).one_or_none()
        return group.last_seen_release if found is None else found.release
