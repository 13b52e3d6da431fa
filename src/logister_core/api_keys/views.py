"""Making and revoking keys, on the project's setup page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.api_keys.services import ApiKeyService
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.projects.setup_page import setup_page
from logister_core.security.permissions import MANAGE, VIEW

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="api_keys.index", request_method="GET", permission=VIEW)
def index(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of the answer below again."""
    return HTTPSeeOther(location=_card(request))


@view_config(
    route_name="api_keys.index",
    request_method="POST",
    permission=MANAGE,
    renderer="logister_core.projects:templates/setup.pt",
)
def create(request: Request) -> dict[str, Any]:
    """The token is in this answer and nowhere else, hence no redirect: nothing may carry it from page to page."""
    name = request.POST.get("api_key[name]", "")
    project = request.context.project
    try:
        key, token = request.find_service(ApiKeyService).create(project, request.user, name=name)
    except Refused as refusal:
        request.response.status_int = 422
        return setup_page(request, key_name=name, key_problems=refusal.problems)
    request.find_service(AuditLog).record("api_key.created", subject=key, project=project.name)
    request.response.headers["Cache-Control"] = "no-store"
    return setup_page(request, token=token)


@view_config(route_name="api_keys.revoke", request_method="POST", permission=MANAGE)
def revoke(request: Request) -> HTTPSeeOther:
    key = request.context.api_key
    if key.revoked_at is None:
        request.find_service(AuditLog).record("api_key.revoked", subject=key, project=request.context.project.name)
    request.find_service(ApiKeyService).revoke(key)
    request.flash("notice", "API key revoked.")
    return HTTPSeeOther(location=_card(request))


def _card(request: Request) -> str:
    return request.route_path("projects.setup", project=request.context.project.uuid, _anchor="api-keys")
