"""The page on which the first administrator introduces themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPFound
from pyramid.view import view_config

from logister_core.accounts.form_limits import limited
from logister_core.accounts.views import signed_in
from logister_core.audit.log import AuditLog
from logister_core.errors import Refused
from logister_core.installation.services import AlreadyClaimed, SetupService
from logister_core.installation.setup_token import current_setup_token, discard_setup_token
from logister_core.security.tokens import same

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="installation.setup", request_method="GET", renderer="templates/setup.pt")
def setup_form(request: Request) -> Any:
    if request.find_service(SetupService).claimed():
        return _claimed(request)
    return _form(request, token=request.GET.get("token", ""))


@view_config(route_name="installation.setup", request_method="POST", renderer="templates/setup.pt")
def setup(request: Request) -> Any:
    refused = limited(request, "setup")
    if refused is not None:
        return refused
    service = request.find_service(SetupService)
    if service.claimed():
        return _claimed(request)
    token, expected = request.POST.get("setup_token", ""), current_setup_token(request.settings)
    if not token or expected is None or not same(token, expected):
        return _refused(request, {"setup_token": "This is not the set-up token of this installation."})
    password = request.POST.get("user[password]", "")
    if password != request.POST.get("user[password_confirmation]", ""):
        return _refused(request, {"password_confirmation": "The two passwords differ."}, token=token)
    try:
        user = service.claim(
            email=request.POST.get("user[email]", ""),
            name=request.POST.get("user[name]", ""),
            password=password,
            onboarding=True,
        )
    except AlreadyClaimed:
        return _claimed(request)
    except Refused as refusal:
        return _refused(request, refusal.problems, token=token)
    request.find_service(AuditLog).record("installation.claimed", user=user)
    request.tm.get().addAfterCommitHook(_forget_token, args=(request.settings,))
    request.flash("notice", "You administer this installation now. Test whether it works as it is set.")
    return signed_in(request, user, request.route_path("administration.section", section="general"))


def _forget_token(committed: bool, settings: Any) -> None:
    if committed:
        discard_setup_token(settings)


def _claimed(request: Request) -> HTTPFound:
    request.flash("notice", "This installation has its first administrator already. Sign in.")
    return HTTPFound(location=request.route_path("accounts.sign_in"))


def _refused(request: Request, problems: dict[str, str], token: str = "") -> dict[str, Any]:
    request.response.status_int = 422
    return _form(request, token=token, problems=problems)


def _form(request: Request, *, token: str, problems: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "open": current_setup_token(request.settings) is not None,
        # Filled in when it came with the link or was right; a wrong one is not shown again.
        "token": token,
        "name": request.POST.get("user[name]", ""),
        "email": request.POST.get("user[email]", ""),
        "errors": {field: [sentence] for field, sentence in (problems or {}).items()},
    }
