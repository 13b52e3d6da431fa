"""Making an account for oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPFound, HTTPSeeOther
from pyramid.view import view_config

from logister_core.accounts.browsers import Browsers
from logister_core.accounts.changes import AccountChanges
from logister_core.accounts.form_guards import guarded
from logister_core.accounts.form_limits import limited
from logister_core.accounts.views import already_signed_in, start
from logister_core.errors import Refused
from logister_core.installation.setup_token import claim_open

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logister_core.types import Request

FORM = "templates/sign_up.pt"
# The same for an address that has an account: whether it does is told to nobody but its owner.
SENT = "We sent you a mail. Open the link in it, then sign in."


@view_config(route_name="accounts.sign_up", request_method="GET", renderer=FORM)
def sign_up_form(request: Request) -> Any:
    return _elsewhere(request) or _form(request)


@view_config(route_name="accounts.users", request_method="POST", renderer=FORM)
def sign_up(request: Request) -> Any:
    refused = limited(request, "sign_up") or guarded(request, "sign_up") or _elsewhere(request)
    if refused is not None:
        return refused
    if not request.settings.product.signup_enabled:
        request.response.status_int = 403
        return _form(request)
    email = request.POST.get("user[email]", "")
    try:
        password_hash = request.find_service(AccountChanges).sign_up(
            email=email,
            name=request.POST.get("user[name]", ""),
            password=request.POST.get("user[password]", ""),
            confirmation=request.POST.get("user[password_confirmation]", ""),
        )
    except Refused as refusal:
        request.response.status_int = 422
        return _form(request, refusal.problems)
    request.flash("notice", SENT)
    return HTTPSeeOther(location=start(request), headers=[Browsers(request).pending_header(email, password_hash)])


def _elsewhere(request: Request) -> Any:
    """Where somebody goes who cannot sign up now; None when they can."""
    if claim_open(request.db, request.settings):
        return HTTPFound(location=request.route_path("installation.setup"))
    return None if request.user is None else already_signed_in(request)


def _form(request: Request, problems: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {
        "open": request.settings.product.signup_enabled,
        "name": request.POST.get("user[name]", ""),
        "email": request.POST.get("user[email]", ""),
        "errors": {field: [sentence] for field, sentence in (problems or {}).items()},
    }
