"""Asking for a project to be deleted, watching that, and asking again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.view import view_config

from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.projects.settings.page import TEMPLATES, settings_page, settings_path
from logister_core.projects.settings.sections import DANGER
from logister_core.projects.settings.views import danger_values
from logister_core.purges.models import ProjectPurge, PurgeStatus
from logister_core.purges.progress import progress
from logister_core.purges.services import PurgeService
from logister_core.security.permissions import OWN
from logister_core.web.fragments import FRAGMENT

if TYPE_CHECKING:
    from logister_core.types import Request

PROGRESS_FRAGMENT = "purge_progress"


@view_config(route_name="purges.delete", request_method="GET", permission=OWN)
def question(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of a refused form again."""
    return HTTPSeeOther(location=settings_path(request, DANGER))


@view_config(route_name="purges.delete", request_method="POST", permission=OWN, renderer=f"{TEMPLATES}/danger.pt")
@view_config(route_name="projects.home", request_method="DELETE", permission=OWN, renderer=f"{TEMPLATES}/danger.pt")
def delete(request: Request) -> Any:
    """`confirmation` is the project's name, typed."""
    project = request.context.project
    try:
        purge = request.find_service(PurgeService).request(
            project, request.user, typed=request.params.get("confirmation", "")
        )
    except Refused as refusal:
        request.response.status_int = 422
        return settings_page(request, DANGER, danger_values(request, refusal.problems))
    request.find_service(AuditLog).record("project.deleted", subject=project, purge=str(purge.uuid))
    request.flash("notice", f"{project.name} is being deleted for good. Deletion {purge.uuid}.")
    return HTTPSeeOther(location=request.route_path("projects.index"))


@view_config(route_name="purges.show", request_method="GET", permission=OWN, renderer="templates/show.pt")
def show(request: Request) -> dict[str, Any]:
    request.response.vary = [FRAGMENT]
    purge: ProjectPurge = request.context.purge
    status = PurgeStatus(purge.status)
    return {
        "purge": purge,
        "progress": progress(purge, request.now),
        "failed": status is PurgeStatus.FAILED,
        "completed": status is PurgeStatus.COMPLETED,
        "retry": request.route_path("purges.retry", purge=purge.uuid),
        "address": request.route_path("purges.show", purge=purge.uuid),
        "now": request.now,
    }


@view_config(
    route_name="purges.show", request_method="GET", header=FRAGMENT, permission=OWN, renderer="templates/progress.pt"
)
def show_progress(request: Request) -> Any:
    """The page's part that changes, for scripts."""
    if request.headers[FRAGMENT] != PROGRESS_FRAGMENT:
        return Response(status=422, vary=[FRAGMENT])
    return show(request)


@view_config(route_name="purges.retry", request_method="POST", permission=OWN)
def retry(request: Request) -> HTTPSeeOther:
    purge = request.context.purge
    request.find_service(AuditLog).record("project.deletion_retried", purge=str(purge.uuid), project=purge.project_name)
    request.find_service(PurgeService).retry(purge)
    request.flash("notice", f"The deletion of {purge.project_name} goes on.")
    return HTTPSeeOther(location=request.route_path("projects.index", _query={"filter": "archived"}))
