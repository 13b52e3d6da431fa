"""What the application bar knows of projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from logister_core.projects.kinds import kind_label
from logister_core.projects.queries import ProjectQuery

if TYPE_CHECKING:
    from logister_core.types import Request

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShellProject:
    uuid: UUID
    name: str
    integration_kind: str
    kind: str


def shell_projects(request: Request) -> list[ShellProject]:
    """The person's active projects, the most recent first, at most 20; none for strangers."""
    if request.user is None:
        return []
    projects = ProjectQuery(request.db).accessible(request.user, archived=False, limit=SHOWN)
    return [
        ShellProject(project.uuid, project.name, project.integration_kind, kind_label(project.integration_kind))
        for project in projects
    ]
