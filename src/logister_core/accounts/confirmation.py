"""Confirming an address, and asking for that mail again.

The link confirms at once in a browser that proves what it is about: the one in which the account was made with the
password that it has now, or one that is signed in. Anywhere else the password is asked for: programs that look into
mails open every link, and somebody may have signed up with an address of yours and a password of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPFound, HTTPSeeOther
from pyramid.view import view_config

from logister_core.accounts.browsers import Browsers
from logister_core.accounts.changes import AccountChanges
from logister_core.accounts.form_guards import guarded
from logister_core.accounts.form_limits import limited, too_often
from logister_core.accounts.links import AccountLinks, LinkState
from logister_core.accounts.lock_out import LockOut
from logister_core.accounts.services import UserService
from logister_core.accounts.views import already_signed_in, signed_in, start
from logister_core.errors import Refused
from logister_core.mail.services import AccountMails

if TYPE_CHECKING:
    from logister_core.accounts.models import User
    from logister_core.types import Request

RESEND = "templates/confirmation_new.pt"
ACCEPT = "templates/confirmation_accept.pt"

CONFIRMED = "Your e-mail address is confirmed."
ASKED = "If this address has an account that waits to be confirmed, a mail is on its way."
PROBLEMS = {
    LinkState.UNKNOWN: "This link is not right, or a later mail has replaced it. Ask for a new one.",
    LinkState.USED: "This address is confirmed already. Sign in.",
}


@view_config(route_name="accounts.confirmation.new", request_method="GET", renderer=RESEND)
def resend_form(request: Request) -> Any:
    if request.user is not None:
        return already_signed_in(request)
    return _resend_form(request)


@view_config(route_name="accounts.confirmation", request_method="POST", renderer=RESEND)
def resend(request: Request) -> Any:
    refused = limited(request, "confirmation") or guarded(request, "confirmation")
    if refused is not None:
        return refused
    if request.user is not None:
        return already_signed_in(request)
    request.find_service(AccountMails).confirmation_at(request.POST.get("user[email]", ""))
    request.flash("notice", ASKED)
    return HTTPSeeOther(location=request.route_path("accounts.sign_in"))


@view_config(route_name="accounts.confirmation", request_method="GET", renderer=RESEND)
def confirm_link(request: Request) -> Any:
    token = request.GET.get("confirmation_token", "")
    state, user = request.find_service(AccountLinks).confirming(token)
    if state is not LinkState.VALID or user is None:
        return _refused(request, PROBLEMS[state])
    if request.method == "GET" and (
        request.user == user or (user.confirmed_at is None and Browsers(request).made(user))
    ):
        return _confirmed(request, user)
    request.override_renderer = ACCEPT
    return _accept_form(request, token, user)


@view_config(route_name="accounts.confirmation.accept", request_method="POST", renderer=ACCEPT)
def accept(request: Request) -> Any:
    """With `user[confirmation_token]` and `user[password]`, which together let sign in as well."""
    token = request.POST.get("user[confirmation_token]", "")
    state, user = request.find_service(AccountLinks).confirming(token)
    if state is not LinkState.VALID or user is None:
        request.override_renderer = RESEND
        return _refused(request, PROBLEMS[state])
    lock_out = LockOut.of_sign_in(request, user.email)
    if pause := lock_out.pause():
        return too_often(pause)
    found = request.find_service(UserService).authenticate(user.email, request.POST.get("user[password]", ""))
    if found != user:
        lock_out.failed()
        request.response.status_int = 422
        return _accept_form(request, token, user, "This is not the password of the account.")
    lock_out.succeeded()
    try:
        request.find_service(AccountChanges).confirm(user)
    except Refused as refusal:
        request.override_renderer = RESEND
        return _refused(request, refusal.problems["email"])
    request.flash("notice", CONFIRMED)
    if request.user is not None:
        return HTTPSeeOther(location=start(request))
    return signed_in(request, user, start(request))


def _confirmed(request: Request, user: User) -> Any:
    try:
        request.find_service(AccountChanges).confirm(user)
    except Refused as refusal:
        return _refused(request, refusal.problems["email"])
    if request.user is not None:
        request.flash("notice", CONFIRMED)
        return HTTPFound(location=start(request))
    request.flash("notice", f"{CONFIRMED} Sign in.")
    return HTTPFound(location=request.route_path("accounts.sign_in"))


def _refused(request: Request, problem: str) -> dict[str, Any]:
    request.response.status_int = 422
    return _resend_form(request, problem)


def _resend_form(request: Request, problem: str | None = None) -> dict[str, Any]:
    return {"problem": problem, "email": ""}


def _accept_form(request: Request, token: str, user: User, problem: str | None = None) -> dict[str, Any]:
    return {
        "token": token,
        "email": user.pending_email,
        "problem": problem,
    }
