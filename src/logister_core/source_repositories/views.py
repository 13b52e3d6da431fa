"""Connecting, changing and removing repositories; for those who manage the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.errors import Refused
from logister_core.projects.settings.intake import integrations_values
from logister_core.projects.settings.page import TEMPLATES, settings_page, settings_path
from logister_core.projects.settings.sections import INTEGRATIONS
from logister_core.security.permissions import MANAGE
from logister_core.source_repositories.queries import SourceRepositoryQuery
from logister_core.source_repositories.section import RepositorySection, repository_section
from logister_core.source_repositories.services import SourceRepositoryService
from logister_core.source_repositories.values import FIELDS

if TYPE_CHECKING:
    from logister_core.types import Request

PARAMETERS = "source_repository"
RENDERER = f"{TEMPLATES}/integrations.pt"


@view_config(route_name="source_repositories.index", request_method="GET", permission=MANAGE)
@view_config(route_name="source_repositories.show", request_method="GET", permission=MANAGE)
def index(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of a refused form again."""
    return HTTPSeeOther(location=_back(request))


@view_config(route_name="source_repositories.index", request_method="POST", renderer=RENDERER, permission=MANAGE)
def connect(request: Request) -> Any:
    """`source_repository[…]` by field."""
    entered = _entered(request)
    try:
        repository = request.find_service(SourceRepositoryService).connect(request.context.project, entered)
    except Refused as refusal:
        request.response.status_int = 422
        return _page(request, _section(request, entered=entered, problems=refusal.problems))
    request.flash("notice", f"{repository.full_name} is connected.")
    return HTTPSeeOther(location=_back(request))


@view_config(
    route_name="source_repositories.show",
    request_method=("POST", "PATCH"),
    renderer=RENDERER,
    permission=MANAGE,
)
def change(request: Request) -> Any:
    repository, entered = request.context.repository, _entered(request)
    try:
        request.find_service(SourceRepositoryService).change(request.context.project, repository, entered)
    except Refused as refusal:
        request.response.status_int = 422
        section = _section(request, of=repository.uuid, entered=entered, problems=refusal.problems)
        return _page(request, section)
    request.flash("notice", f"{repository.full_name} is saved.")
    return HTTPSeeOther(location=_back(request))


@view_config(route_name="source_repositories.show", request_method="DELETE", permission=MANAGE)
@view_config(route_name="source_repositories.remove", request_method="POST", permission=MANAGE)
def remove(request: Request) -> HTTPSeeOther:
    repository = request.context.repository
    try:
        request.find_service(SourceRepositoryService).remove(request.context.project, repository)
    except Refused as refusal:
        request.flash("alert", str(refusal))
    else:
        request.flash("notice", f"{repository.full_name} is no longer connected.")
    return HTTPSeeOther(location=_back(request))


def _entered(request: Request) -> dict[str, str]:
    names = {name: f"{PARAMETERS}[{name}]" for name in FIELDS}
    return {name: request.POST[parameter] for name, parameter in names.items() if parameter in request.POST}


def _section(request: Request, **refused: Any) -> RepositorySection:
    project = request.context.project
    return repository_section(request.find_service(SourceRepositoryQuery).of(project), project, **refused)


def _page(request: Request, section: RepositorySection) -> dict[str, Any]:
    return settings_page(request, INTEGRATIONS, integrations_values(request, repositories=section))


def _back(request: Request) -> str:
    return settings_path(request, INTEGRATIONS, "source-repositories")
