"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.csrf import check_csrf_token
from pyramid.httpexceptions import HTTPFound, HTTPSeeOther
from pyramid.security import forget, remember
from pyramid.view import view_config

from logister_core.accounts.browsers import Browsers
from logister_core.accounts.form_guards import guarded
from logister_core.accounts.form_limits import limited, too_often
from logister_core.accounts.lock_out import LockOut
from logister_core.accounts.services import UserService, normal_email
from logister_core.audit.log import AuditLog
from logister_core.second_factors.second_step import second_step
from logister_core.security.sessions import SessionService
from logister_core.security.targets import local_target
from logister_core.security.tokens import Signer

if TYPE_CHECKING:
    from logister_core.accounts.models import User
    from logister_core.types import Request

# One sentence for both: which of them was wrong is for nobody to learn.
WRONG = "E-mail or password is not right."


@view_config(route_name="accounts.sign_in", request_method="GET", renderer="templates/sign_in.pt")
def sign_in_form(request: Request) -> Any:
    if request.user is not None:
        return already_signed_in(request)
    return _form(request)


@view_config(route_name="accounts.sign_in", request_method="POST", renderer="templates/sign_in.pt")
def sign_in(request: Request) -> Any:
    refused = limited(request, "sign_in") or guarded(request, "sign_in")
    if refused is not None:
        return refused
    if request.user is not None:
        return already_signed_in(request)
    email = request.POST.get("user[email]", "")
    lock_out = LockOut.of_sign_in(request, email)
    if pause := lock_out.pause():
        return too_often(pause)
    user = request.find_service(UserService).authenticate(email, request.POST.get("user[password]", ""))
    if user is None:
        lock_out.failed()
        _record_failure(request, email)
        request.response.status_int = 422
        return _form(request, problem=WRONG)
    lock_out.succeeded()
    if not user.may_sign_in:
        request.flash("alert", "Confirm your e-mail address first: open the link in the mail we sent you.")
        return HTTPFound(location=request.route_path("accounts.sign_in"))
    target = local_target(request.POST.get("next")) or start(request)
    return signed_in(request, user, target, persistent=request.POST.get("user[remember_me]") == "1")


@view_config(route_name="accounts.sign_out", request_method=("POST", "DELETE"), require_csrf=False)
def sign_out(request: Request) -> HTTPSeeOther:
    """Also for those whose session has ended meanwhile: their form's token ended with it.

    Browsers that were told to remember the person forget them as well (specification, accounts chapter §4).
    """
    if request.user is not None:
        check_csrf_token(request)
        request.find_service(AuditLog).record("account.signed_out")
        SessionService(request.db, request.registry.clock).end_remembered(request.user)
    headers = forget(request)
    request.flash("notice", "You are signed out.")
    return HTTPSeeOther(location=start(request), headers=headers)


def signed_in(
    request: Request, user: User, target: str, *, persistent: bool = False, method: str = "password"
) -> HTTPSeeOther:
    """Go on to `target` with a session for `user`, whom their password or a link has shown; by way of the second step
    when they have one.
    """
    step = second_step(request, user, target, persistent=persistent, method=method)
    return step or begin_session(request, user, target, persistent=persistent, method=method)


def begin_session(request: Request, user: User, target: str, *, persistent: bool = False, method: str) -> HTTPSeeOther:
    """For who has shown all there is to show, which `method` tells the audit log."""
    request.find_service(AuditLog).record("account.signed_in", user=user, method=method)
    headers = remember(request, user.id, persistent=persistent)
    return HTTPSeeOther(location=target, headers=[*headers, Browsers(request).device_header(user)])


def _record_failure(request: Request, email: str) -> None:
    """An entry in any case, or the time of the answer would tell which addresses have an account."""
    user = request.find_service(UserService).by_email(email)
    # Of addresses nobody here has told us only as much as shows that it was the same one again.
    stranger = (
        Signer(request.settings.secret_key, "audit").signature(normal_email(email))[:16] if user is None else None
    )
    request.find_service(AuditLog).record("account.sign_in_failed", subject=user, address_hash=stranger)


def already_signed_in(request: Request) -> HTTPSeeOther:
    """The answer to somebody signed in who opens a form for strangers."""
    request.flash("notice", "You are signed in already.")
    return HTTPSeeOther(location=start(request))


def start(request: Request) -> str:
    """The start page."""
    return f"{request.script_name}/"


def _form(request: Request, problem: str | None = None) -> dict[str, Any]:
    return {
        "problem": problem,
        "email": request.POST.get("user[email]", ""),
        "persistent": request.POST.get("user[remember_me]") == "1",
        "next": local_target(request.params.get("next")),
        "first_start": not request.find_service(UserService).anybody(),
        "sign_up": request.settings.product.signup_enabled,
    }
