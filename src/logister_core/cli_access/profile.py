"""Ending CLI tokens, on the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.audit.log import AuditLog
from logister_core.cli_access.services import CliTokens
from logister_core.security.permissions import SIGNED_IN
from logister_core.web.formatting import plural

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="cli_access.token", request_method="DELETE", permission=SIGNED_IN)
@view_config(route_name="cli_access.token.revoke", request_method="POST", permission=SIGNED_IN)
def revoke(request: Request) -> HTTPSeeOther:
    token = request.context.cli_token
    if request.find_service(CliTokens).revoke(token):
        request.find_service(AuditLog).record("cli_token.revoked", subject=token)
        request.flash("notice", f"{token.name} is signed out.")
    else:
        request.flash("notice", f"{token.name} was signed out already.")
    return _back(request)


@view_config(route_name="cli_access.tokens", request_method="DELETE", permission=SIGNED_IN)
@view_config(route_name="cli_access.tokens.revoke", request_method="POST", permission=SIGNED_IN)
def revoke_all(request: Request) -> HTTPSeeOther:
    assert request.user is not None  # noqa: S101 - the permission says so
    number = request.find_service(CliTokens).revoke_all(request.user)
    if number:
        request.find_service(AuditLog).record("cli_token.all_revoked", number=number)
    request.flash("notice", f"{plural(number, 'CLI session')} signed out.")
    return _back(request)


def _back(request: Request) -> HTTPSeeOther:
    return HTTPSeeOther(location=request.route_path("accounts.profile", _anchor="cli-sessions"))
