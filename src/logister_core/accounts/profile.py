"""A person's own pages: profile, security and where they are signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPFound, HTTPNotFound, HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from logister_core.accounts.changes import AccountChanges
from logister_core.accounts.form_limits import limited, too_often
from logister_core.accounts.lock_out import LockOut
from logister_core.accounts.models import User
from logister_core.accounts.passwords import MAXIMUM_LENGTH, PasswordHasher
from logister_core.accounts.services import normal_email
from logister_core.accounts.user_agents import browser_name
from logister_core.audit.log import AuditLog
from logister_core.cli_access.queries import cli_sessions
from logister_core.errors import Refused
from logister_core.mail.services import AccountMails
from logister_core.security.permissions import SIGNED_IN
from logister_core.security.sessions import SessionService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.types import Request

SECURITY = "templates/security.pt"
EDIT = "templates/profile_edit.pt"


@view_config(route_name="accounts.profile", request_method="GET", permission=SIGNED_IN, renderer="templates/profile.pt")
def profile(request: Request) -> dict[str, Any]:
    user = _user(request)
    facts = [("Name", user.name or None), ("E-mail", user.email), ("User id", str(user.uuid))]
    return {
        "facts": facts,
        "joined": user.created_at,
        "user_id": str(user.uuid),
        "cli": cli_sessions(request.db, user, request.now),
        "now": request.now,
    }


@view_config(route_name="accounts.profile.edit", request_method="GET", permission=SIGNED_IN, renderer=EDIT)
def edit_profile(request: Request) -> dict[str, Any]:
    return {"name": _user(request).name, "errors": {}}


@view_config(route_name="accounts.profile", request_method=("POST", "PATCH"), permission=SIGNED_IN, renderer=EDIT)
def update_profile(request: Request) -> Any:
    """`user[name]` alone."""
    user = _user(request)
    name = request.POST.get("user[name]", user.name)
    try:
        request.find_service(AccountChanges).rename(user, name)
    except Refused as refusal:
        request.response.status_int = 422
        return {"name": name, "errors": _by_field(refusal.problems)}
    request.flash("notice", "Profile updated.")
    return HTTPSeeOther(location=request.route_path("accounts.profile"))


@view_config(route_name="accounts.security", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def security_address(request: Request) -> HTTPFound:
    """An address that is easy to tell; the page itself asks strangers to sign in."""
    return HTTPFound(location=request.route_path("accounts.edit"))


@view_config(route_name="accounts.edit", request_method="GET", permission=SIGNED_IN, renderer=SECURITY)
def security(request: Request) -> dict[str, Any]:
    return _security_page(request)


@view_config(route_name="accounts.users", request_method=("PUT", "PATCH"), permission=SIGNED_IN, renderer=SECURITY)
@view_config(route_name="accounts.edit", request_method="POST", permission=SIGNED_IN, renderer=SECURITY)
def update_security(request: Request) -> Any:
    """Name, address and password, with `user[current_password]`."""
    user, lock_out = _user(request), LockOut.of_session(request)
    if pause := lock_out.pause():
        return too_often(pause)
    given = request.POST.get("user[current_password]", "")[: MAXIMUM_LENGTH + 1]
    if not request.find_service(PasswordHasher).verify(user.password_hash, given):
        lock_out.failed()
        request.response.status_int = 422
        return _security_page(request, {"current_password": "This is not your password."})
    lock_out.succeeded()
    email = request.POST.get("user[email]", user.pending_email or user.email)
    if normal_email(email) not in (user.email, user.unconfirmed_email):
        # Each mails somebody who did not ask.
        refused = limited(request, "confirmation", email=email)
        if refused is not None:
            return refused
    try:
        moved, new_password = request.find_service(AccountChanges).change(
            user,
            name=request.POST.get("user[name]", user.name),
            email=email,
            password=request.POST.get("user[password]", ""),
            confirmation=request.POST.get("user[password_confirmation]", ""),
            keep=request.user_session,
        )
    except Refused as refusal:
        request.response.status_int = 422
        return _security_page(request, refusal.problems)
    if moved:
        request.flash(
            "notice", f"Open the link in the mail to {user.unconfirmed_email} to use that address from then on."
        )
    if new_password:
        request.flash("notice", "Your password was changed, and every other browser was signed out.")
    if not (moved or new_password):
        request.flash("notice", "Saved.")
    return HTTPSeeOther(location=request.route_path("accounts.edit"))


@view_config(route_name="accounts.new_address.resend", request_method="POST", permission=SIGNED_IN)
def resend_confirmation(request: Request) -> Any:
    """To the address that waits, whatever else is sent; as often as strangers may ask."""
    user = _user(request)
    back = HTTPSeeOther(location=request.route_path("accounts.edit"))
    if user.pending_email is None:
        return back
    refused = limited(request, "confirmation", email=user.pending_email)
    if refused is not None:
        return refused
    request.find_service(AccountMails).confirmation(user)
    request.flash(
        "notice", f"The mail to {user.pending_email} is on its way. Links in earlier ones then work no longer."
    )
    return back


@view_config(route_name="accounts.new_address.cancel", request_method="POST", permission=SIGNED_IN)
def keep_address(request: Request) -> HTTPSeeOther:
    user = _user(request)
    if request.find_service(AccountChanges).keep_address(user):
        request.flash("notice", f"Your address stays {user.email}.")
    return HTTPSeeOther(location=request.route_path("accounts.edit"))


@view_config(route_name="accounts.session.end", request_method="POST", permission=SIGNED_IN)
def end_session(request: Request) -> HTTPSeeOther:
    """One of one's own; ending the present one signs out."""
    sessions = SessionService(request.db, request.registry.clock)
    found = next(
        (session for session in sessions.open(_user(request)) if str(session.uuid) == request.matchdict["session"]),
        None,
    )
    if found is None:
        raise HTTPNotFound
    sessions.end(found)
    request.find_service(AuditLog).record("account.session_ended", subject=found)
    request.flash("notice", f"{browser_name(found.user_agent)} was signed out.")
    return HTTPSeeOther(location=request.route_path("accounts.edit", _anchor="sessions"))


@view_config(route_name="accounts.sessions.end_others", request_method="POST", permission=SIGNED_IN)
def end_other_sessions(request: Request) -> HTTPSeeOther:
    SessionService(request.db, request.registry.clock).end_others(_user(request), keep=request.user_session)
    request.find_service(AuditLog).record("account.other_sessions_ended")
    request.flash("notice", "Every other browser was signed out.")
    return HTTPSeeOther(location=request.route_path("accounts.edit", _anchor="sessions"))


def _security_page(request: Request, problems: Mapping[str, str] | None = None) -> dict[str, Any]:
    user = _user(request)
    sessions = [
        {
            "browser": browser_name(session.user_agent),
            "ip": session.ip,
            "began": session.created_at,
            "ends": session.expires_at,
            "remembered": session.persistent,
            "here": session == request.user_session,
            "end": request.route_path("accounts.session.end", session=session.uuid),
        }
        for session in SessionService(request.db, request.registry.clock).open(user)
    ]
    return {
        "name": request.POST.get("user[name]", user.name),
        "email": request.POST.get("user[email]", user.unconfirmed_email or user.email),
        "waiting": user.pending_email,
        "errors": _by_field(problems or {}),
        "sessions": sessions,
        "now": request.now,
    }


def _by_field(problems: Mapping[str, str]) -> dict[str, list[str]]:
    return {field: [sentence] for field, sentence in problems.items()}


def _user(request: Request) -> User:
    assert request.user is not None  # noqa: S101 - the permission says so
    return request.user
