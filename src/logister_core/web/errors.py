"""Exception views: what went wrong becomes an answer in the form the caller can use.

API paths and callers that prefer JSON get `{"error": …}`; scripts that asked for a part of a page get the
sentence alone; everybody else gets a page.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken, URLDecodeError
from pyramid.httpexceptions import HTTPError
from pyramid.response import Response

from logister_core.db.outage import OUTAGES, is_outage
from logister_core.web.api_refusals import OF_APPLICATION
from logister_core.web.error_pages import CONTENT_POLICY, error_html, page_for

logger = logging.getLogger(__name__)

# Seconds, for answers that ask to come back and do not say when.
RETRY_AFTER = {429: 60, 503: 30}
# Where a sentence given by the raising code is meant for people. Pyramid's own 404 names internals.
OWN_SENTENCES = frozenset({400, 409, 413, 422, 429, 503})


def includeme(config: Configurator) -> None:
    config.add_notfound_view(http_error)
    config.add_exception_view(http_error, context=HTTPError)
    config.add_exception_view(bad_request, context=URLDecodeError)
    config.add_exception_view(rejected, context=BadCSRFToken)
    config.add_exception_view(rejected, context=BadCSRFOrigin)
    for outage in OUTAGES:
        config.add_exception_view(unavailable, context=outage)
    config.add_exception_view(unexpected, context=Exception)


def http_error(error: Any, request: Any) -> Response:
    status = error.code
    sentence = error.detail if status in OWN_SENTENCES else None
    return error_response(request, status, sentence=sentence, retry_after=error.headers.get("Retry-After"))


def bad_request(error: Any, request: Any) -> Response:
    return error_response(request, 400)


def rejected(error: Any, request: Any) -> Response:
    """The form's token is missing or of another session, or the form stood on another site."""
    return error_response(request, 422)


def unavailable(error: Exception, request: Any) -> Response:
    if not is_outage(error):
        return unexpected(error, request)
    logger.error("database_unavailable", exc_info=error)
    return error_response(request, 503)


def unexpected(error: Exception, request: Any) -> Response:
    logger.error("unhandled_exception", exc_info=error)
    return error_response(request, 500)


def error_response(
    request: Any, status: int, *, sentence: str | None = None, retry_after: str | None = None
) -> Response:
    """The answer for `status`; `sentence` replaces the page's usual one."""
    if wants_json(request):
        response = Response(json_body=json_answer(request, status, sentence), status=status)
        response.headers["Content-Type"] = "application/json; charset=utf-8"
    elif request.headers.get("HX-Request") == "true":
        response = _message(status, sentence or page_for(status).sentence)
    else:
        home = f"{request.script_name}/"
        response = Response(error_html(status, sentence=sentence, home=home), status=status)
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
    if status in RETRY_AFTER:
        response.headers["Retry-After"] = retry_after or str(RETRY_AFTER[status])
    response.headers["Cache-Control"] = "no-store"
    return response


def json_answer(request: Any, status: int, sentence: str | None = None) -> dict[str, str]:
    if _is_api(request) and status in OF_APPLICATION:
        return OF_APPLICATION[status].body(sentence)
    return {"error": sentence or page_for(status).short}


def _message(status: int, sentence: str) -> Response:
    """For a region of a page: nothing is replaced, and the page shows the sentence (scripts/fragments.js)."""
    response = Response(sentence, status=status, content_type="text/plain", charset="utf-8")
    response.headers["HX-Reswap"] = "none"
    response.headers["HX-Trigger"] = json.dumps({"page-message": {"text": sentence}})
    return response


def wants_json(request: Any) -> bool:
    if _is_api(request):
        return True
    preferred = request.accept.acceptable_offers(["text/html", "application/json"])
    return bool(preferred) and preferred[0][0] == "application/json"


def _is_api(request: Any) -> bool:
    # The raw path: `request.path` itself fails when the address is not valid UTF-8.
    path: str = request.environ.get("PATH_INFO", "")
    return path.startswith("/api/")
