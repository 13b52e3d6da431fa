"""`GET /api/v1/openapi.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.response import Response
from pyramid.view import view_config

from logister_core.ingest.answers import json_response

if TYPE_CHECKING:
    from logister_core.types import Request

# Seconds; the document only changes when a server is started anew.
FRESH_FOR = 300


@view_config(route_name="api.openapi", http_cache=(FRESH_FOR, {"public": True}))
def openapi(request: Request) -> Response:
    """Open to everybody, pages of other origins included: it says nothing about who sends what."""
    response = json_response(200, request.registry.openapi)
    response.conditional_response = True
    response.etag = request.registry.openapi_digest[:16]
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
