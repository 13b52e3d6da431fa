"""What every page of the settings is made of; each section adds its own values and nothing of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from logister_core.projects.queries import ProjectQuery
from logister_core.projects.settings.sections import SettingsSection, sections_for

if TYPE_CHECKING:
    from logister_core.types import Request

TEMPLATES = "logister_core.projects.settings:templates"


@dataclass(frozen=True, slots=True)
class SideLink:
    label: str
    href: str
    current: bool


def settings_path(request: Request, section: SettingsSection, anchor: str | None = None) -> str:
    path: str = request.route_path(
        "projects.settings",
        project=request.context.project.uuid,
        _query={"section": section.name},
        _anchor=anchor,
    )
    return path


def settings_values(request: Request, current: SettingsSection | None) -> dict[str, Any]:
    """Values that the frame of the settings reads; `current` None is the setup page."""
    context = request.context
    project = context.project
    links = [
        SideLink(section.label, settings_path(request, section), section is current)
        for section in sections_for(context)
    ]
    if context.belongs:
        setup = request.route_path("projects.setup", project=project.uuid)
        links.insert(0, SideLink("Setup", setup, current is None))
    counts = {"inbox": request.find_service(ProjectQuery).open_groups(project)} if context.belongs else {}
    return {
        "project": project,
        "section": "settings",
        "section_counts": counts,
        "outsider": not context.belongs,
        "side_links": links,
        "manages": context.manages,
        "owns": context.owns,
        "base": request.route_path("projects.home", project=project.uuid),
        "now": request.now,
    }


def settings_page(request: Request, section: SettingsSection, values: Mapping[str, Any]) -> dict[str, Any]:
    """The page of one section, shown by its own template. `values` are what that template says it needs."""
    request.override_renderer = f"{TEMPLATES}/{section.name}.pt"
    return {**settings_values(request, section), **values}
