"""Opening an invitation: as who one is, or as a stranger who gets an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.accounts.changes import DIFFERENT
from logister_core.accounts.form_limits import limited
from logister_core.accounts.services import UserService, normal_email
from logister_core.accounts.views import signed_in
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.invitations.services import SPENT, Invitations, Opened
from logister_core.mail.services import AccountMails
from logister_core.security.cookies import INVITATION, cookie_jar
from logister_core.security.targets import with_next

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.accounts.models import User
    from logister_core.types import Request

PAGE: Final = "templates/accept.pt"
# Seconds between opening the link and the end of sign-in or sign-up.
REMEMBERED: Final = 3600
TOKEN_LENGTH: Final = 200


@view_config(route_name="invitations.open", request_method="GET")
def open_link(request: Request) -> HTTPSeeOther:
    """The token goes into a cookie: in the address it would come along into history, copies and `next`."""
    token = request.GET.get("invitation_token", "")[:TOKEN_LENGTH]
    header = _cookie(request).header(token if token.isascii() and token.isprintable() else "", max_age=REMEMBERED)
    return HTTPSeeOther(location=request.route_path("invitations.accept"), headers=[header])


@view_config(route_name="invitations.accept", request_method="GET", renderer=PAGE)
def show(request: Request) -> dict[str, Any]:
    opened = _opened(request)
    if opened is None:
        return _spent(request)
    return _page(request, opened)


@view_config(route_name="invitations.accept", request_method="POST", renderer=PAGE)
def accept(request: Request) -> Any:
    """What it gives is in its row: nothing that is sent here has a say in that."""
    opened = _opened(request)
    if request.user is None:
        return HTTPSeeOther(location=request.route_path("invitations.accept"))
    if opened is None:
        return _spent(request)
    try:
        _accepted(request, opened, request.user)
    except Refused as refusal:
        request.flash("alert", refusal.problems[""])
        return HTTPSeeOther(location=request.route_path("projects.index"))
    return HTTPSeeOther(location=_target(request, opened), headers=[_cookie(request).removal()])


@view_config(route_name="invitations.sign_up", request_method="GET")
def again(request: Request) -> HTTPSeeOther:
    """Where somebody lands who opens the address of a refused form again."""
    return HTTPSeeOther(location=request.route_path("invitations.accept"))


@view_config(route_name="invitations.sign_up", request_method="POST", renderer=PAGE)
def sign_up(request: Request) -> Any:
    """An account for a stranger, also where nobody can sign up by themselves."""
    refused = limited(request, "sign_up")
    if refused is not None:
        return refused
    opened = _opened(request)
    if opened is None:
        return _spent(request)
    if request.user is not None:
        return HTTPSeeOther(location=request.route_path("invitations.accept"))
    try:
        user = _account(request, opened)
        _accepted(request, opened, user)
    except Refused as refusal:
        request.response.status_int = 422
        return _page(request, opened, refusal.problems)
    answer = signed_in(request, user, _target(request, opened), method="invitation")
    answer.headerlist.append(_cookie(request).removal())
    return answer


def _account(request: Request, opened: Opened) -> User:
    """The address counts as confirmed when the mail to that very address brought the person here.

    Any other has to be confirmed as always. The invitation lets them sign in meanwhile, since a server without mail
    could never send a link; what depends on a confirmed address stays closed.
    """
    password = request.POST.get("user[password]", "")
    if password != request.POST.get("user[password_confirmation]", ""):
        raise Refused({"password_confirmation": DIFFERENT})
    email = normal_email(request.POST.get("user[email]", ""))
    proven = opened.mailed and email == opened.invitation.email
    user: User = request.find_service(UserService).create(
        email=email, name=request.POST.get("user[name]", ""), password=password, confirmed=proven
    )
    user.admitted_at = request.now
    if not proven:
        request.find_service(AccountMails).confirmation(user)
    request.find_service(AuditLog).record("account.created", user=user, by="invitation")
    return user


def _accepted(request: Request, opened: Opened, user: User) -> None:
    invitation, project = opened.invitation, opened.invitation.project
    request.find_service(Invitations).accept(invitation, user)
    log: AuditLog = request.find_service(AuditLog)
    log.record("invitation.accepted", user=user, subject=invitation)
    if project is None:
        request.flash("notice", "Welcome.")
        return
    log.record("member.added", user=user, subject=user, project=project.name, role=invitation.role)
    request.flash("notice", f"You have access to {project.name} now.")


def _target(request: Request, opened: Opened) -> str:
    project = opened.invitation.project
    if project is None:
        return request.route_path("projects.index")
    return request.route_path("projects.home", project=project.uuid)


def _opened(request: Request) -> Opened | None:
    found: Opened | None = request.find_service(Invitations).opened(_cookie(request).value(request))
    return found


def _cookie(request: Request) -> Any:
    return cookie_jar(request.settings)(INVITATION)


def _spent(request: Request) -> dict[str, Any]:
    request.response.status_int = 404
    return {"opened": None, "problem": SPENT, "sign_in": request.route_path("accounts.sign_in")}


def _page(request: Request, opened: Opened, problems: Mapping[str, str] | None = None) -> dict[str, Any]:
    invitation = opened.invitation
    problems = problems or {}
    return {
        "opened": opened,
        "problem": problems.get(""),
        "project": None,
        "project_name": None if invitation.project is None else invitation.project.name,
        "role": invitation.role,
        "by": None if invitation.invited_by is None else invitation.invited_by.display_name,
        "you": None if request.user is None else request.user.email,
        "name": request.POST.get("user[name]", ""),
        "email": request.POST.get("user[email]", invitation.email),
        "errors": {field: [sentence] for field, sentence in problems.items() if field},
        "accept": request.route_path("invitations.accept"),
        "sign_up": request.route_path("invitations.sign_up"),
        "sign_in": with_next(request.route_path("accounts.sign_in"), request.route_path("invitations.accept")),
    }
