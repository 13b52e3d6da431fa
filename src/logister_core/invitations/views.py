"""Making invitations and taking them back: in a project's team, and in the administration."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.administration.tabs import frame_values
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.invitations.actors import send_invitations
from logister_core.invitations.services import OPEN_PATH, Invitations
from logister_core.projects.models import MemberRole
from logister_core.projects.settings.page import TEMPLATES, settings_page, settings_path
from logister_core.projects.settings.sections import TEAM
from logister_core.projects.settings.team import team_values
from logister_core.security.permissions import ADMINISTER, MANAGE
from logister_core.tasks.actors import send

if TYPE_CHECKING:
    from logister_core.projects.models import Project
    from logister_core.types import Request

logger = logging.getLogger(__name__)


@view_config(route_name="invitations.of_project", request_method="GET", permission=MANAGE)
def of_project(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of the answer below again."""
    return HTTPSeeOther(location=settings_path(request, TEAM))


@view_config(
    route_name="invitations.of_project", request_method="POST", permission=MANAGE, renderer=f"{TEMPLATES}/team.pt"
)
def invite_to_project(request: Request) -> Any:
    """The link is in this answer and nowhere else, hence no redirect. Any other role than admin is viewer."""
    admin = request.POST.get("invitation[role]") == MemberRole.ADMIN.value
    try:
        link = _invite(request, request.context.project, MemberRole.ADMIN if admin else MemberRole.VIEWER)
    except Refused as refusal:
        request.response.status_int = 422
        return settings_page(request, TEAM, team_values(request) | _refusal(request, refusal))
    return settings_page(request, TEAM, team_values(request) | {"invitation_link": link})


@view_config(route_name="invitations.revoke", request_method="POST", permission=MANAGE)
def revoke(request: Request) -> HTTPSeeOther:
    _revoke(request, request.context.project)
    return HTTPSeeOther(location=settings_path(request, TEAM))


@view_config(
    route_name="invitations.of_accounts", request_method="GET", permission=ADMINISTER, renderer="templates/index.pt"
)
def of_accounts(request: Request) -> dict[str, Any]:
    return _accounts(request)


@view_config(
    route_name="invitations.of_accounts", request_method="POST", permission=ADMINISTER, renderer="templates/index.pt"
)
def invite_to_account(request: Request) -> Any:
    try:
        return _accounts(request) | {"invitation_link": _invite(request, None, None)} | _open(request)
    except Refused as refusal:
        request.response.status_int = 422
        return _accounts(request) | _refusal(request, refusal)


@view_config(route_name="invitations.revoke_account", request_method="POST", permission=ADMINISTER)
def revoke_account(request: Request) -> HTTPSeeOther:
    _revoke(request, None)
    return HTTPSeeOther(location=request.route_path("invitations.of_accounts"))


def _invite(request: Request, project: Project | None, role: MemberRole | None) -> str:
    assert request.user is not None  # noqa: S101 - the permission says so
    invitation, token = request.find_service(Invitations).create(
        request.user,
        project=project,
        role=role,
        email=request.POST.get("invitation[email]", ""),
        mailed=request.settings.mail.host is not None,
    )
    if invitation.mail_due_at is not None:
        _send_after_commit(request)
    request.find_service(AuditLog).record(
        "invitation.created",
        subject=invitation,
        project=None if project is None else project.name,
        role=None if role is None else role.value,
    )
    request.response.headers["Cache-Control"] = "no-store"
    return f"{request.settings.product.public_url}{OPEN_PATH}{token}"


def _send_after_commit(request: Request) -> None:
    registry = request.registry

    def hint(committed: bool) -> None:
        if not committed:
            return
        try:
            send(registry, send_invitations)
        except Exception:
            # Whatever is wrong with the broker, the job of the next minute finds the mail.
            logger.warning("invitations.hint_failed", exc_info=True)

    request.tm.get().addAfterCommitHook(hint)


def _revoke(request: Request, project: Project | None) -> None:
    invitation = request.context.invitation
    if request.find_service(Invitations).revoke(invitation):
        request.find_service(AuditLog).record(
            "invitation.revoked", subject=invitation, project=None if project is None else project.name
        )
    request.flash("notice", "The invitation is taken back; its link lets nobody in any more.")


def _accounts(request: Request) -> dict[str, Any]:
    return {
        **frame_values(request, "Invitations"),
        **_open(request),
        "invitation_link": None,
        "invitation_email": "",
        "invitation_errors": [],
        "invitations_mailed": request.settings.mail.host is not None,
        "address": request.route_path("invitations.of_accounts"),
    }


def _open(request: Request) -> dict[str, Any]:
    return {"invitations": request.find_service(Invitations).open_of(None)}


def _refusal(request: Request, refusal: Refused) -> dict[str, Any]:
    return {
        "invitation_errors": list(refusal.problems.values()),
        "invitation_email": request.POST.get("invitation[email]", ""),
    }
