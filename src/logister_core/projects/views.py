"""The list of projects, making one, its first page and its setup page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPFound, HTTPNoContent, HTTPSeeOther
from pyramid.view import view_config

from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.projects import own_reports
from logister_core.projects.kinds import kind_label, offered
from logister_core.projects.list_row import list_row
from logister_core.projects.listing import project_list
from logister_core.projects.models import IntegrationKind
from logister_core.projects.queries import ProjectQuery
from logister_core.projects.retention import DEFAULT_DAYS, FORM, day_options, read_retention
from logister_core.projects.services import ProjectService, project_problems
from logister_core.projects.setup_page import setup_page
from logister_core.security.permissions import OWN, SIGNED_IN, VIEW
from logister_core.web.shell import FILTER_FROM

if TYPE_CHECKING:
    from logister_core.types import Request

FILTERS = {"active": False, "archived": True, "all": None}
# The inbox once lived at the project's address; bookmarks with its parameters still lead there.
INBOX_PARAMETERS = frozenset({"filter", "q", "assignee", "group_uuid", "event_uuid", "tab", "frame_scope", "frame"})


@dataclass(frozen=True, slots=True)
class FilterLink:
    label: str
    href: str
    current: bool
    count: int


@view_config(route_name="projects.index", request_method="GET", renderer="templates/index.pt", permission=SIGNED_IN)
def index(request: Request) -> dict[str, Any]:
    query = request.find_service(ProjectQuery)
    shown = request.GET.get("filter", "active")
    if shown not in FILTERS:
        shown = "active"
    assert request.user is not None  # noqa: S101 - the permission says so
    return {
        "shown": shown,
        "filters": [
            FilterLink(
                name.title(), request.route_path("projects.index", _query={"filter": name}), name == shown, count
            )
            for name, count in query.counts(request.user).items()
        ],
        "projects": project_list(request.db, request.user, archived=FILTERS[shown], now=request.now),
        "row": list_row,
        "filter_from": FILTER_FROM,
        "now": request.now,
    }


@view_config(route_name="projects.new", request_method="GET", renderer="templates/new.pt", permission=SIGNED_IN)
def new(request: Request) -> dict[str, Any]:
    return _form(request)


@view_config(route_name="projects.index", request_method="POST", renderer="templates/new.pt", permission=SIGNED_IN)
def create(request: Request) -> Any:
    entered = {
        field: request.POST.get(f"project[{field}]", "") for field in ("name", "description", "integration_kind")
    }
    retention, problems = read_retention(request.POST)
    problems |= own_reports.choice_problems(request, entered["integration_kind"])
    if retention is None or problems:
        request.response.status_int = 422
        return _form(request, {**project_problems(**entered), **problems})
    try:
        project = request.find_service(ProjectService).create(request.user, **entered, retention=retention)
    except Refused as refusal:
        request.response.status_int = 422
        return _form(request, refusal.problems)
    request.find_service(AuditLog).record("project.created", subject=project)
    request.flash("notice", "Project created. Create a token and send one event to verify setup.")
    if own_reports.wanted(request):
        own_reports.connect(request, project)
    return HTTPSeeOther(location=request.route_path("projects.setup", project=project.uuid))


@view_config(route_name="projects.home", request_method="GET", renderer="templates/home.pt", permission=VIEW)
def home(request: Request) -> Any:
    project = request.context.project
    if not INBOX_PARAMETERS.isdisjoint(request.GET):
        inbox = f"{request.route_path('projects.home', project=project.uuid)}/inbox"
        return HTTPFound(location=f"{inbox}?{request.query_string}")
    page = request.find_service(ProjectQuery).home(project, request.now)
    return {
        "project": project,
        "section": "home",
        "section_counts": {"inbox": page.open_groups},
        "kind": kind_label(project.integration_kind),
        "owns": request.context.owns,
        "page": page,
        "now": request.now,
    }


@view_config(route_name="projects.setup", request_method="GET", renderer="templates/setup.pt", permission=VIEW)
def setup(request: Request) -> dict[str, Any]:
    return setup_page(request)


@view_config(
    route_name="projects.first_event", request_method="GET", renderer="templates/first_event.pt", permission=VIEW
)
def first_event(request: Request) -> Any:
    """Asked by the setup page until something arrived: no content before, then a part of that page."""
    project, query = request.context.project, request.find_service(ProjectQuery)
    if query.last_receipt(project) is None:
        return HTTPNoContent()
    return {
        "base": request.route_path("projects.home", project=project.uuid),
        "first_event": query.first_event_uuid(project),
    }


@view_config(route_name="projects.archive", request_method=("POST", "PATCH"), permission=OWN)
def archive(request: Request) -> HTTPSeeOther:
    project = request.context.project
    if project.archived_at is None:
        request.find_service(AuditLog).record("project.archived", subject=project)
    request.find_service(ProjectService).archive(project)
    request.flash("notice", f"{project.name} is archived. Its data is kept, its API keys are revoked.")
    return HTTPSeeOther(location=request.route_path("projects.index"))


@view_config(route_name="projects.restore", request_method=("POST", "PATCH"), permission=OWN)
def restore(request: Request) -> HTTPSeeOther:
    project = request.context.project
    archived = project.archived_at is not None
    try:
        request.find_service(ProjectService).restore(project)
    except Refused as refusal:
        request.flash("alert", refusal.problems[""])
        return HTTPSeeOther(location=request.route_path("projects.index", _query={"filter": "archived"}))
    if archived:
        request.find_service(AuditLog).record("project.restored", subject=project)
    request.flash("notice", f"{project.name} is active again. Its old API keys stay revoked; create a new one to send.")
    return HTTPSeeOther(location=request.route_path("projects.home", project=project.uuid))


def _form(request: Request, problems: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "name": request.POST.get("project[name]", ""),
        "description": request.POST.get("project[description]", ""),
        "integration_kind": request.POST.get("project[integration_kind]", IntegrationKind.HTTP_API.value),
        "kinds": offered(),
        "retention": _retention(request),
        "own_reports": own_reports.choice(request),
        "errors": {field: [sentence] for field, sentence in (problems or {}).items()},
    }


def _retention(request: Request) -> dict[str, Any]:
    """Values and choices of the retention block, by field."""
    entered = {name: request.POST.get(f"{FORM}[{name}]") for name in ("hot_retention_days", "trace_retention_days")}
    days = {name: str(DEFAULT_DAYS) if value is None else value for name, value in entered.items()}
    days["error_retention_days"] = request.POST.get(f"{FORM}[error_retention_days]", "")
    return {
        "form": FORM,
        "days": days,
        "options": {
            name: [*([("", "Forever")] if name == "error_retention_days" else []), *day_options(value)]
            for name, value in days.items()
        },
        "checked": {
            name for name in ("archive_enabled", "archive_before_delete") if request.POST.get(f"{FORM}[{name}]") == "1"
        },
    }
