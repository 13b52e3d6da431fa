"""What people get who may not see what they asked for.

Strangers are asked to sign in. Somebody signed in learns nothing, not even that the thing exists: 404, never 403.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPFound
from pyramid.response import Response
from pyramid.view import forbidden_view_config

from logister_core.security.targets import with_next
from logister_core.web.errors import error_response
from logister_core.web.fragments import FRAGMENT

if TYPE_CHECKING:
    from logister_core.types import Request


@forbidden_view_config()
def refused(request: Request) -> Any:
    if request.user is not None:
        return error_response(request, 404)
    if request.headers.get("HX-Request") == "true" or FRAGMENT in request.headers:
        # The session ended while the page was open; the script loads it anew, which leads to the sign-in page.
        return Response(status=401)
    if not _shows_pages(request):
        return Response(status=401, json_body={"error": "Sign in to continue"})
    request.flash("alert", "Sign in to continue.")
    target = request.path_qs if request.method == "GET" else None
    return HTTPFound(location=with_next(request.route_path("accounts.sign_in"), target))


def _shows_pages(request: Request) -> bool:
    preferred = request.accept.acceptable_offers(["text/html", "application/json"])
    return bool(preferred) and preferred[0][0] == "text/html"
