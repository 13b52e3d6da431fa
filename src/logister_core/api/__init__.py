"""The description of the HTTP API for programs: an OpenAPI 3.1 document, made of what the server itself answers."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator, Registry

OPENAPI_PATH = "/api/v1/openapi.json"


def includeme(config: Configurator) -> None:
    from logister_core.api.document import openapi_document
    from logister_core.ingest.answers import json_response

    def describe(registry: Registry) -> None:
        registry.openapi = openapi_document(registry.logister_settings)
        registry.openapi_digest = sha256(json_response(200, registry.openapi).body).hexdigest()

    describe(config.registry)
    config.add_settings_listener(describe)
    config.add_route("api.openapi", OPENAPI_PATH, request_method="GET")
    config.scan()
