"""What intake is told about a project: from which origins browsers may send, and how much it may receive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.errors import Refused
from logister_core.projects.overrides import OVERRIDES
from logister_core.projects.services import ProjectService
from logister_core.projects.setup_page import setup_page
from logister_core.security.permissions import ADMINISTER, MANAGE, VIEW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.types import Request


@dataclass(frozen=True, slots=True)
class RateLimitField:
    """One field of the form; `placeholder` is the installation's number."""

    name: str
    label: str
    hint: str
    value: str
    placeholder: str
    errors: list[str]


@view_config(route_name="projects.allowed_origins", request_method="GET", permission=VIEW)
def origins(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of a refused form again."""
    return HTTPSeeOther(location=_origins_card(request))


@view_config(
    route_name="projects.allowed_origins",
    request_method=("POST", "PATCH"),
    permission=MANAGE,
    renderer="templates/setup.pt",
)
def allow_origins(request: Request) -> Any:
    """`project[allowed_origins]` has one origin a line."""
    text = request.POST.get("project[allowed_origins]", "")
    try:
        request.find_service(ProjectService).allow_origins(request.context.project, text)
    except Refused as refusal:
        request.response.status_int = 422
        return setup_page(request, origins=text, origin_problems=refusal.problems)
    request.flash("notice", "Browser origins saved.")
    return HTTPSeeOther(location=_origins_card(request))


@view_config(
    route_name="projects.rate_limit", request_method="GET", permission=ADMINISTER, renderer="templates/rate_limit.pt"
)
def rate_limit(request: Request) -> dict[str, Any]:
    return _form(request, {}, {})


@view_config(
    route_name="projects.rate_limit",
    request_method=("POST", "PATCH"),
    permission=ADMINISTER,
    renderer="templates/rate_limit.pt",
)
def override(request: Request) -> Any:
    """`project[…]` by column; blank takes the installation's number, what is absent stays as it is."""
    entered = {
        override.column: request.POST[f"project[{override.column}]"]
        for override in OVERRIDES
        if f"project[{override.column}]" in request.POST
    }
    try:
        request.find_service(ProjectService).override_rate_limits(request.context.project, entered)
    except Refused as refusal:
        request.response.status_int = 422
        return _form(request, entered, refusal.problems)
    request.flash("notice", f"Rate limits of {request.context.project.name} saved.")
    return HTTPSeeOther(location=_rate_limit(request))


def _form(request: Request, entered: Mapping[str, str], problems: Mapping[str, str]) -> dict[str, Any]:
    project, settings = request.context.project, request.settings.intake
    fields = []
    for override in OVERRIDES:
        stored = getattr(project, override.column)
        fields.append(
            RateLimitField(
                name=f"project[{override.column}]",
                label=override.label,
                hint=override.hint,
                value=entered.get(override.column, "" if stored is None else str(stored)),
                placeholder=str(override.inherited(settings)),
                errors=[problems[override.column]] if override.column in problems else [],
            )
        )
    return {
        "of": project,
        # The bar's links lead into the project, where only those get who belong to it.
        "project": project if request.context.belongs else None,
        "section": "settings",
        "address": _rate_limit(request),
        "fields": fields,
        "pre_auth": settings.pre_auth_limit_requests,
        "failed": bool(problems),
    }


def _rate_limit(request: Request) -> str:
    path: str = request.route_path("projects.rate_limit", project=request.context.project.uuid)
    return path


def _origins_card(request: Request) -> str:
    project = request.context.project
    path: str = request.route_path("projects.setup", project=project.uuid, _anchor="allowed-origins")
    return path
