"""What the banner says to Probo, passed on by this server: browsers talk with one site only.

Only what belongs to our banner is passed on, without cookies and credentials; only its body, type and life come back.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPNotFound, HTTPRequestEntityTooLarge
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from logister_core.logs import event
from logister_core.outgoing import FAILURES, Answer, ask, reason
from logister_core.rate_limits.breaker import Breaker
from logister_core.security.inputs import one_line

if TYPE_CHECKING:
    from logister_core.types import Configurator, Request
    from logister_plugins.analytics import Settings

logger = logging.getLogger(__name__)

PATH: Final = "/api/cookie-banner/v1"
# Seconds for connecting and for each wait, and for the whole answer.
PATIENCE: Final = 5.0
MOST_BYTES_SENT: Final = 65_536
MOST_BYTES_RECEIVED: Final = 1_048_576

_ALLOWED = re.compile(r"[A-Za-z0-9._\-/]+")
_PASSED_ON = ("Accept", "Content-Type", "User-Agent")
# Whatever came is data, and never a page of ours.
_NO_PAGE = "default-src 'none'; sandbox"


def add(config: Configurator, settings: Settings) -> None:
    config.add_route("analytics.cookie_banner", PATH + "/{path:.*}")
    config.add_view(
        Proxy(settings),
        route_name="analytics.cookie_banner",
        request_method=("GET", "POST"),
        permission=NO_PERMISSION_REQUIRED,
        require_csrf=False,
    )


class Proxy:
    """The view. While Probo is away most requests are answered at once, and do not take threads from others."""

    def __init__(self, settings: Settings) -> None:
        self._banner_id = settings.banner_id or ""
        self._base = settings.base_url or ""
        self._breaker = Breaker()

    def __call__(self, request: Any) -> Response:
        path = request.matchdict["path"]
        if not self._is_ours(path):
            raise HTTPNotFound
        body = _body(request)
        if not self._breaker.allows():
            return Response(status=502)
        try:
            answer = self._pass_on(request, path, body)
        except FAILURES as error:
            self._breaker.failed()
            logger.warning(event("analytics.upstream_failed", reason=reason(error)))
            return Response(status=502)
        self._breaker.succeeded()
        return _answer(answer)

    def _is_ours(self, path: str) -> bool:
        if not _ALLOWED.fullmatch(path) or ".." in path.split("/"):
            return False
        return path == self._banner_id or path.startswith(f"{self._banner_id}/")

    def _pass_on(self, request: Request, path: str, body: bytes | None) -> Answer:
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        headers |= {
            "X-Forwarded-For": request.client_ip,
            "X-Forwarded-Host": request.host,
            "X-Forwarded-Proto": request.scheme,
        }
        query = f"?{request.query_string}" if request.query_string else ""
        return ask(
            f"{self._base}/{path}{query}",
            method="GET" if body is None else "POST",
            headers=headers,
            body=body,
            patience=PATIENCE,
            whole_answer=PATIENCE,
            most_bytes=MOST_BYTES_RECEIVED,
        )


def _body(request: Request) -> bytes | None:
    """None when it is no POST."""
    if request.method != "POST":
        return None
    if (request.content_length or 0) > MOST_BYTES_SENT:
        raise HTTPRequestEntityTooLarge
    body: bytes = request.body
    if len(body) > MOST_BYTES_SENT:
        raise HTTPRequestEntityTooLarge
    return body


def _answer(answer: Answer) -> Response:
    response = Response(answer.body, status=answer.status)
    # Answers without a body have no type either.
    if "Content-Type" in response.headers:
        response.headers["Content-Type"] = one_line(answer.headers.get("Content-Type")) or "application/json"
    if "Cache-Control" in answer.headers:
        response.headers["Cache-Control"] = one_line(answer.headers["Cache-Control"])
    response.headers["Content-Security-Policy"] = _NO_PAGE
    return response
