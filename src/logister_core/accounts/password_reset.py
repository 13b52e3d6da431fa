"""Choosing a new password with a link that was mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPFound, HTTPSeeOther
from pyramid.view import view_config

from logister_core.accounts.browsers import Browsers
from logister_core.accounts.changes import AccountChanges
from logister_core.accounts.form_guards import guarded
from logister_core.accounts.form_limits import limited
from logister_core.accounts.links import AccountLinks, LinkState
from logister_core.accounts.views import already_signed_in, signed_in, start
from logister_core.errors import Refused
from logister_core.mail.services import AccountMails

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.types import Request

FORM = "templates/password_edit.pt"

ASKED = "If this address has an account, a mail with a link to choose a new password is on its way."
PROBLEMS = {
    LinkState.UNKNOWN: "This link is not right, was used already, or a later mail has replaced it. Ask for a new one.",
    LinkState.EXPIRED: "This link is older than six hours. Ask for a new one.",
}


@view_config(route_name="accounts.password.new", request_method="GET", renderer="templates/password_new.pt")
def ask_form(request: Request) -> Any:
    if request.user is not None:
        return already_signed_in(request)
    return {}


@view_config(route_name="accounts.password", request_method="POST")
def ask(request: Request) -> Any:
    """Nobody is looked up here, so that the answer takes the same time for all."""
    refused = limited(request, "password") or guarded(request, "password")
    if refused is not None:
        return refused
    if request.user is not None:
        return already_signed_in(request)
    request.find_service(AccountMails).reset_at(request.POST.get("user[email]", ""))
    request.flash("notice", ASKED)
    return HTTPSeeOther(location=request.route_path("accounts.sign_in"))


@view_config(route_name="accounts.password.edit", request_method="GET", renderer=FORM)
def choose_form(request: Request) -> Any:
    if request.user is not None:
        return already_signed_in(request)
    token = request.GET.get("reset_password_token", "")
    if not token:
        request.flash("alert", "Open the link in the mail about your password, or ask for a new mail.")
        return HTTPFound(location=request.route_path("accounts.sign_in"))
    # Whether the token is good is found out when the form is sent.
    return _form(request, token)


@view_config(route_name="accounts.password", request_method=("PUT", "PATCH"), renderer=FORM)
@view_config(route_name="accounts.password.edit", request_method="POST", renderer=FORM)
def choose(request: Request) -> Any:
    if request.user is not None:
        return already_signed_in(request)
    token = request.POST.get("user[reset_password_token]", "")
    state, user = request.find_service(AccountLinks).resetting(token)
    if state is not LinkState.VALID or user is None:
        return _refused(request, token, {"": PROBLEMS[state]})
    try:
        request.find_service(AccountChanges).reset_password(
            user,
            password=request.POST.get("user[password]", ""),
            confirmation=request.POST.get("user[password_confirmation]", ""),
        )
    except Refused as refusal:
        return _refused(request, token, refusal.problems)
    if not user.may_sign_in:
        request.flash("notice", "Your password was changed. Open the link in the other mail to confirm your address.")
        headers = [Browsers(request).pending_header(user.email, user.password_hash)]
        return HTTPSeeOther(location=request.route_path("accounts.sign_in"), headers=headers)
    request.flash("notice", "Your password was changed.")
    return signed_in(request, user, start(request))


def _refused(request: Request, token: str, problems: Mapping[str, str]) -> dict[str, Any]:
    request.response.status_int = 422
    return _form(request, token, problems)


def _form(request: Request, token: str, problems: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "token": token,
        "errors": {field: [sentence] for field, sentence in (problems or {}).items()},
        # A link that is no good leads on to a new one.
        "spent": "" in (problems or {}),
    }
