"""Dismissing an entry of the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.view import view_config

from logister_core.errors import Refused
from logister_core.security.permissions import SIGNED_IN
from logister_core.security.targets import path_of_ours
from logister_core.updates.services import Dismissals

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="updates.dismiss", request_method="POST", permission=SIGNED_IN)
def dismiss(request: Request) -> HTTPSeeOther:
    """Back to the page that the form stood on."""
    assert request.user is not None  # noqa: S101 - the permission says so
    try:
        request.find_service(Dismissals).dismiss(request.user, request.POST.get("notification_key"))
    except Refused as refusal:
        raise HTTPBadRequest(refusal.problems["notification_key"]) from None
    back = path_of_ours(request.referer, request.host_url, request.settings.product.public_url)
    return HTTPSeeOther(location=back or f"{request.script_name}/")
