"""The address without a path."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config


@view_config(route_name="web.root", request_method="GET", permission=NO_PERMISSION_REQUIRED)
def root(request: Any) -> HTTPSeeOther:
    """Signed in: the projects. Otherwise the sign-in page."""
    target = "/projects" if request.user is not None else "/users/sign_in"
    return HTTPSeeOther(location=request.application_url + target)
