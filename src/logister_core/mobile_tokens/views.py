"""Revoking mobile tokens, on the project's setup page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.mobile_tokens.services import MobileTokenService
from logister_core.security.permissions import MANAGE

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="mobile_tokens.revoke", request_method="POST", permission=MANAGE)
def revoke(request: Request) -> HTTPSeeOther:
    request.find_service(MobileTokenService).revoke(request.context.mobile_token)
    request.flash("notice", "Mobile token revoked.")
    uuid = request.context.project.uuid
    return HTTPSeeOther(location=request.route_path("projects.setup", project=uuid, _anchor="mobile-tokens"))
