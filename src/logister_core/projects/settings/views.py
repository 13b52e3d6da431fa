"""The settings page, and renaming a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.errors import Refused
from logister_core.projects.kinds import kind_label
from logister_core.projects.services import ProjectService
from logister_core.projects.settings import intake
from logister_core.projects.settings.page import TEMPLATES, settings_page, settings_path, settings_values
from logister_core.projects.settings.sections import ADMIN, DANGER, GENERAL, INTEGRATIONS, TEAM, section_named
from logister_core.projects.settings.team import team_values
from logister_core.purges.models import PurgeStatus
from logister_core.purges.services import PurgeService
from logister_core.security.permissions import OWN, SETTINGS

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(
    route_name="projects.settings",
    request_method="GET",
    permission=SETTINGS,
    renderer=f"{TEMPLATES}/general.pt",
)
def settings(request: Request) -> dict[str, Any]:
    """`section` names one; what is unknown or not for this person is the general one."""
    section = section_named(request.GET.get("section"), request.context)
    return settings_page(request, section, _VALUES[section.name](request))


def general_values(request: Request) -> dict[str, Any]:
    project = request.context.project
    return {
        "facts": [
            ("Name", project.name),
            ("Slug", project.slug),
            ("Type", kind_label(project.integration_kind)),
            ("Owner", project.owner.email),
            ("Description", project.description or None),
        ],
    }


def danger_values(request: Request, problems: Mapping[str, str] | None = None) -> dict[str, Any]:
    purge = request.find_service(PurgeService).of(request.context.project)
    return {
        "purge": purge,
        "purge_word": None if purge is None else PurgeStatus(purge.status).word,
        "problems": list((problems or {}).values()),
    }


_VALUES: Mapping[str, Callable[[Request], dict[str, Any]]] = {
    GENERAL.name: general_values,
    TEAM.name: team_values,
    INTEGRATIONS.name: intake.integrations_values,
    ADMIN.name: intake.rate_limit_values,
    DANGER.name: danger_values,
}


@view_config(route_name="projects.edit", request_method="GET", permission=OWN, renderer=f"{TEMPLATES}/edit.pt")
def edit(request: Request) -> dict[str, Any]:
    project = request.context.project
    return _edit_form(request, project.name, project.description, {})


@view_config(
    route_name="projects.home", request_method=("POST", "PATCH"), permission=OWN, renderer=f"{TEMPLATES}/edit.pt"
)
def update(request: Request) -> Any:
    """`project[name]` and `project[description]`; everything else stays what it was made as."""
    project = request.context.project
    name = request.POST.get("project[name]", project.name)
    description = request.POST.get("project[description]", project.description)
    try:
        request.find_service(ProjectService).rename(project, name=name, description=description)
    except Refused as refusal:
        request.response.status_int = 422
        return _edit_form(request, name, description, refusal.problems)
    request.flash("notice", "Project updated.")
    return HTTPSeeOther(location=settings_path(request, GENERAL))


def _edit_form(request: Request, name: str, description: str, problems: Mapping[str, str]) -> dict[str, Any]:
    return {
        **settings_values(request, GENERAL),
        "name": name,
        "description": description,
        "errors": {field: [sentence] for field, sentence in problems.items()},
    }
