"""The description of the HTTP API for programs: an OpenAPI 3.1 document, made of what the server itself answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator

OPENAPI_PATH = "/api/v1/openapi.json"


def includeme(config: Configurator) -> None:
    from logister_core.api.document import openapi_document

    config.registry.openapi = openapi_document(config.registry.logister_settings)
    config.add_route("api.openapi", OPENAPI_PATH, request_method="GET")
    config.scan()
