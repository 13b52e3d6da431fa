"""What a detail is about: an event, its group, and what else the database knows of them. Read when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from logister_core.deployments.group_context import DeploymentContext, deployment_context
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.request_details import request_details
from logister_core.error_groups.story import title_parts
from logister_core.events.safety import safe_context
from logister_core.events.source_links import SourceLinks
from logister_core.ingest.body import context_of
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.projects.models import Project
from logister_core.redaction import redact
from logister_core.source_repositories.models import SourceRepository
from logister_core.source_repositories.queries import SourceRepositoryQuery
from logister_core.source_repositories.refs import SourceHints
from logister_core.web.formatting import first_line, middle_cut


class Subject:
    """`event` and `group` are not both None: retention may have removed a group's events, and an error may not be
    grouped yet.
    """

    def __init__(self, session: Session, project: Project, event: IngestEvent | None, group: ErrorGroup | None) -> None:
        self._session = session
        self.project = project
        self.event = event
        self.group = group

    @property
    def event_type(self) -> str:
        return EventType.ERROR.value if self.event is None else self.event.event_type

    @property
    def is_error(self) -> bool:
        return self.event_type == EventType.ERROR.value

    @cached_property
    def context(self) -> dict[str, Any]:
        """What the client sent about the event; not fit to be shown."""
        return {} if self.event is None else context_of(self.event.body, self._session)

    @cached_property
    def safe(self) -> dict[str, Any]:
        """The context as it may be shown."""
        return safe_context(self.context)

    @cached_property
    def repositories(self) -> Sequence[SourceRepository]:
        return SourceRepositoryQuery(self._session).of(self.project)

    @cached_property
    def links(self) -> SourceLinks:
        assert self.event is not None  # noqa: S101 - only events have frames
        return SourceLinks.of(self._session, self.repositories, self.event, self.context)

    @cached_property
    def deployment(self) -> DeploymentContext | None:
        """The deployment the group came with."""
        if self.group is None:
            return None
        release = self.group.introduced_in_release or (None if self.event is None else self.event.release)
        return deployment_context(
            self._session,
            self.project.id,
            release=release or self.group.last_seen_release,
            environment=self.group.stage,
            first_seen_at=self.group.first_seen_at,
            repository=SourceHints.of(self.context).repository,
        )

    @cached_property
    def title(self) -> tuple[str | None, str]:
        """(exception class, value); the class is None where there is none."""
        if self.group is not None:
            return title_parts(self.group)
        assert self.event is not None  # noqa: S101 - one of both is given
        message = first_line(redact(self.event.message))
        return self.event.exception_class, message or self.event.event_type.replace("_", "-")

    @cached_property
    def where(self) -> str:
        """Culprit, request or task, environment: what is known of the place, most telling first."""
        event, group = self.event, self.group
        if event is None:
            assert group is not None  # noqa: S101 - one of both is given
            return " · ".join(part for part in (group.culprit, group.stage) if part)
        details = request_details(self.safe)
        path = details.route or (details.path or details.url or "").partition("?")[0]
        request = " ".join(part for part in (details.http_method, path) if part) if path else None
        name = event.transaction_name
        if request is None or (name and path in name):
            request = name
        parts = (event.culprit, request, event.service if group is None else None, event.environment)
        return " · ".join(middle_cut(part, 160) for part in parts if part)
