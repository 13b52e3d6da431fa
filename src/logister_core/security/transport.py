"""The tween that learns from the proxy how the client came, and sends plain http to https in production."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.response import Response

from logister_core.security.proxies import TrustedProxies

Handler = Callable[[Any], Any]

# Load balancers ask for health without TLS, and telemetry clients take a redirect for a failure.
REDIRECT_FREE = ("/api/", "/health/")


def transport_tween(handler: Handler, registry: Any) -> Handler:
    proxies: TrustedProxies = registry["logister.trusted_proxies"]
    https_only = registry.logister_settings.production

    def transported(request: Any) -> Any:
        environ = request.environ
        proxies.apply(environ)
        if https_only and environ["wsgi.url_scheme"] != "https" and not _exempt(environ["PATH_INFO"]):
            return _to_https(request)
        return handler(request)

    return transported


def _exempt(path: str) -> bool:
    return path == "/up" or path.startswith(REDIRECT_FREE)


def _to_https(request: Any) -> Response:
    host = request.host.removesuffix(":80")
    # 308 keeps method and body; old clients know only 301, and reading is all they do.
    status = 301 if request.method in ("GET", "HEAD") else 308
    return Response(status=status, location=f"https://{host}{request.path_qs}")
