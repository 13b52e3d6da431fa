"""A project in a running installation, seen by its programs and by its owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from logister import LogisterClient
from sqlalchemy import select

from logister_core.accounts.models import User
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.projects.models import Project

from .server import Installation
from .visitor import Visitor

PASSWORD = "correct horse battery"


@dataclass
class Shop:
    """A project, the client that sends to it, and what came of it."""

    installation: Installation
    owner: User
    project: Project
    new_client: Callable[..., LogisterClient]
    client: LogisterClient

    @property
    def path(self) -> str:
        return f"/projects/{self.project.uuid}"

    def settle(self) -> None:
        self.installation.settle()

    def rows(self, model: Any) -> list[Any]:
        """The project's rows in the order of acceptance."""
        with self.installation.site.read() as db:
            return list(db.scalars(select(model).where(model.project_id == self.project.id).order_by(model.id)))

    def events(self, event_type: str) -> list[IngestEvent]:
        return [event for event in self.rows(IngestEvent) if event.event_type == event_type]

    def event(self, event_type: str) -> IngestEvent:
        [found] = self.events(event_type)
        return found

    def span(self) -> TraceSpan:
        [found] = self.rows(TraceSpan)
        return found

    def context(self, row: IngestEvent | TraceSpan) -> dict[str, Any]:
        """What the client sent besides the columns, as it is kept."""
        return self.installation.site.context(row)

    def groups(self) -> dict[str, ErrorGroup]:
        """By title."""
        return {group.title: group for group in self.rows(ErrorGroup)}

    def visitor(self) -> Visitor:
        """The owner, signed in."""
        visitor = Visitor(self.installation.web.url)
        visitor.sign_in(self.owner.email, PASSWORD)
        return visitor
