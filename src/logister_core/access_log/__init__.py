"""One log line per request, and one id for everything a request logs (spec 80 §9).

Adds `request.request_id`: the caller's `X-Request-Id` when it is safe, else a new one; it is on every log line of
the request and goes back in the response.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.tweens import INGRESS

from .request_ids import request_id_of

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    config.add_request_method(lambda request: request_id_of(request.environ), "request_id", property=True)
    config.add_tween("logister_core.access_log.tween.access_log_tween", under=INGRESS)
