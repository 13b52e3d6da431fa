"""The tween around all others that names, times and logs each request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyramid_retry import is_error_retryable

from logister_core.logs import bound, event

from .filtering import loggable_path, loggable_query
from .request_ids import request_id_of

if TYPE_CHECKING:
    from pyramid.response import Response

    from logister_core.types import Registry, Request

log = logging.getLogger("logister_core.access")

Handler = Callable[["Request"], "Response"]


def access_log_tween(handler: Handler, registry: Registry) -> Handler:
    def logged(request: Request) -> Response:
        request_id = request_id_of(request.environ)
        with bound(request_id=request_id):
            started = time.perf_counter()
            try:
                response = handler(request)
            except Exception as error:
                _finish(request, 500, started, error)
                raise
            response.headers["X-Request-Id"] = request_id
            _finish(request, response.status_int, started, getattr(request, "exception", None))
            return response

    return logged


def _finish(request: Request, status: int, started: float, error: Exception | None) -> None:
    """Log the request, and the traceback behind a 500; an attempt that is tried again is no request of its own."""
    if error is not None and is_error_retryable(request, error):
        return
    environ = request.environ
    if environ.get("PATH_INFO") == "/up" and status < 400:
        return
    if not log.isEnabledFor(logging.INFO) and status != 500:
        return
    fields = {
        "method": environ.get("REQUEST_METHOD"),
        "path": loggable_path(environ, getattr(request, "matchdict", None)),
        "status": status,
        "duration_ms": f"{(time.perf_counter() - started) * 1000:.1f}",
    }
    if log.isEnabledFor(logging.DEBUG) and environ.get("QUERY_STRING"):
        fields["query"] = loggable_query(environ["QUERY_STRING"])
    if status == 500 and error is not None:
        log.error(event("request.failed", **fields), exc_info=error)
    else:
        log.info(event("request.done", **fields))
