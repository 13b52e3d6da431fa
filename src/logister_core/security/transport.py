"""The tween in front of the application: addresses that are no text are refused, what proxies say about scheme and
host is taken over, and plain http is sent to https in production.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from pyramid.response import Response

from logister_core.security.proxies import TrustedProxies
from logister_core.web.errors import error_response

Handler = Callable[[Any], Any]

# Load balancers ask for health without TLS, and telemetry clients take a redirect for a failure.
REDIRECT_FREE = ("/api/", "/health/")


def transport_tween(handler: Handler, registry: Any) -> Handler:
    proxies: TrustedProxies = registry["logister.trusted_proxies"]
    https_only = registry.logister_settings.production

    def transported(request: Any) -> Any:
        environ = request.environ
        if not _is_text(environ):
            return error_response(request, 400)
        proxies.apply(environ)
        if https_only and environ["wsgi.url_scheme"] != "https" and not _exempt(environ["PATH_INFO"]):
            return _to_https(request)
        return handler(request)

    return transported


def _is_text(environ: Mapping[str, Any]) -> bool:
    """Whether path and query are UTF-8. Whatever reads them later would fail on anything else."""
    try:
        # The server hands both over as bytes in the guise of Latin-1 (PEP 3333).
        environ["PATH_INFO"].encode("latin-1").decode()
        unquote_to_bytes(environ.get("QUERY_STRING", "").encode("latin-1")).decode()
    except UnicodeDecodeError:
        return False
    return True


def _exempt(path: str) -> bool:
    return path == "/up" or path.startswith(REDIRECT_FREE)


def _to_https(request: Any) -> Response:
    host = request.host.removesuffix(":80")
    # 308 keeps method and body; old clients know only 301, and reading is all they do.
    status = 301 if request.method in ("GET", "HEAD") else 308
    return Response(status=status, location=f"https://{host}{request.path_qs}")
