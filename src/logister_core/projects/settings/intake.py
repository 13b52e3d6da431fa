"""What intake is told about a project: from which origins browsers may send, and how much it may receive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.projects.overrides import OVERRIDES
from logister_core.projects.services import ProjectService
from logister_core.projects.settings.page import TEMPLATES, settings_page, settings_path
from logister_core.projects.settings.sections import ADMIN, INTEGRATIONS
from logister_core.security.permissions import ADMINISTER, MANAGE
from logister_core.source_repositories.queries import SourceRepositoryQuery
from logister_core.source_repositories.section import RepositorySection, repository_section

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


@view_config(route_name="projects.allowed_origins", request_method="GET", permission=MANAGE)
def origins(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of a refused form again."""
    return HTTPSeeOther(location=settings_path(request, INTEGRATIONS))


@view_config(
    route_name="projects.allowed_origins",
    request_method=("POST", "PATCH"),
    permission=MANAGE,
    renderer=f"{TEMPLATES}/integrations.pt",
)
def allow_origins(request: Request) -> Any:
    """`project[allowed_origins]` has one origin a line."""
    text = request.POST.get("project[allowed_origins]", "")
    try:
        request.find_service(ProjectService).allow_origins(request.context.project, text)
    except Refused as refusal:
        request.response.status_int = 422
        return settings_page(
            request, INTEGRATIONS, integrations_values(request, origins=text, problems=refusal.problems)
        )
    request.flash("notice", "Browser origins saved.")
    return HTTPSeeOther(location=settings_path(request, INTEGRATIONS))


def integrations_values(
    request: Request,
    *,
    origins: str | None = None,
    problems: Mapping[str, str] | None = None,
    repositories: RepositorySection | None = None,
) -> dict[str, Any]:
    """`origins` as entered, with their `problems`; `repositories` when one of their forms was refused."""
    project = request.context.project
    if repositories is None:
        repositories = repository_section(request.find_service(SourceRepositoryQuery).of(project), project)
    return {
        "origins": "\n".join(project.allowed_origins or ()) if origins is None else origins,
        "origin_errors": list((problems or {}).values()),
        "repositories": repositories,
    }


@view_config(route_name="projects.rate_limit", request_method="GET", permission=ADMINISTER)
def rate_limit(request: Request) -> HTTPSeeOther:
    """The limits are a section of the settings; this is where their form is sent to."""
    return HTTPSeeOther(location=settings_path(request, ADMIN))


@view_config(
    route_name="projects.rate_limit",
    request_method=("POST", "PATCH"),
    permission=ADMINISTER,
    renderer=f"{TEMPLATES}/admin.pt",
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
        return settings_page(request, ADMIN, rate_limit_values(request, entered, refusal.problems))
    request.find_service(AuditLog).record("project.rate_limits_changed", subject=request.context.project, **entered)
    request.flash("notice", f"Rate limits of {request.context.project.name} saved.")
    return HTTPSeeOther(location=settings_path(request, ADMIN))


def rate_limit_values(
    request: Request, entered: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    project, settings = request.context.project, request.settings.intake
    entered, problems = entered or {}, problems or {}
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
        "address": request.route_path("projects.rate_limit", project=project.uuid),
        "fields": fields,
        "pre_auth": settings.pre_auth_limit_requests,
        "failed": bool(problems),
    }
