"""The team's section of the settings: who belongs to the project, and changing that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.invitations.services import Invitations
from logister_core.projects.members.queries import team_of
from logister_core.projects.members.services import MemberService
from logister_core.projects.models import MemberRole
from logister_core.projects.settings.page import TEMPLATES, settings_page, settings_path
from logister_core.projects.settings.sections import TEAM
from logister_core.security.permissions import MANAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.accounts.models import User
    from logister_core.types import Request

ROLES = ((MemberRole.VIEWER.value, "Viewer"), (MemberRole.ADMIN.value, "Admin"))


def team_values(
    request: Request, email: str = "", role: str = MemberRole.VIEWER.value, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        "team": team_of(request.db, request.context.project),
        "you": request.user,
        "roles": ROLES,
        "email": email,
        "role": role,
        "email_errors": list((problems or {}).values()),
        **_invitations(request),
    }


def _invitations(request: Request) -> dict[str, Any]:
    return {
        "invitations": request.find_service(Invitations).open_of(request.context.project),
        "invitation_link": None,
        "invitation_email": "",
        "invitation_errors": [],
        "invitations_mailed": request.settings.mail.host is not None,
    }


@view_config(route_name="projects.members", request_method="GET", permission=MANAGE)
@view_config(route_name="projects.member", request_method="GET", permission=MANAGE)
def members(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of a refused form again."""
    return HTTPSeeOther(location=settings_path(request, TEAM))


@view_config(route_name="projects.members", request_method="POST", permission=MANAGE, renderer=f"{TEMPLATES}/team.pt")
def share(request: Request) -> Any:
    """`project_membership[email]` and `[role]`; any other role than admin is viewer."""
    email, role = request.POST.get("project_membership[email]", ""), _role(request)
    try:
        user = request.find_service(MemberService).add(request.context.project, email, role, asked_by=request.user)
    except Refused as refusal:
        request.response.status_int = 422
        return settings_page(request, TEAM, team_values(request, email, role.value, refusal.problems))
    _record(request, "member.added", user, role=role.value)
    request.flash("notice", f"Project shared with {user.email}.")
    return HTTPSeeOther(location=settings_path(request, TEAM))


@view_config(route_name="projects.member", request_method=("POST", "PATCH"), permission=MANAGE)
def change_role(request: Request) -> HTTPSeeOther:
    membership, role = request.context.membership, _role(request)
    if membership.role != role.value:
        _record(request, "member.role_changed", membership.user, role=role.value)
    request.find_service(MemberService).change_role(membership, role)
    request.flash("notice", "Member role updated.")
    return _after(request)


@view_config(route_name="projects.member", request_method="DELETE", permission=MANAGE)
@view_config(route_name="projects.member.remove", request_method="POST", permission=MANAGE)
def remove(request: Request) -> HTTPSeeOther:
    membership = request.context.membership
    _record(request, "member.removed", membership.user)
    request.find_service(MemberService).remove(membership)
    request.flash("notice", "Access removed.")
    return _after(request)


def _record(request: Request, action: str, member: User, **details: str) -> None:
    request.find_service(AuditLog).record(action, subject=member, project=request.context.project.name, **details)


def _after(request: Request) -> HTTPSeeOther:
    """Back to the team, unless the person just took that right from themselves."""
    context = request.context
    own = context.membership.user_id == getattr(request.user, "id", None)
    if own and not context.owns and context.membership.role != MemberRole.ADMIN.value:
        return HTTPSeeOther(location=request.route_path("projects.home", project=context.project.uuid))
    return HTTPSeeOther(location=settings_path(request, TEAM))


def _role(request: Request) -> MemberRole:
    admin = request.POST.get("project_membership[role]") == MemberRole.ADMIN.value
    return MemberRole.ADMIN if admin else MemberRole.VIEWER
