"""Keys with which programs send telemetry to a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.api_keys.resources import ApiKeyContext
    from logister_core.api_keys.services import ApiKeyService
    from logister_core.projects.resources import ProjectContext

    config.register_service_factory(ApiKeyService.from_request, ApiKeyService)
    config.add_audit_actions({"api_key.created": "API key created", "api_key.revoked": "API key revoked"})
    config.add_route("api_keys.index", "/projects/{project}/api_keys", factory=ProjectContext)
    config.add_route("api_keys.revoke", "/projects/{project}/api_keys/{key}/revoke", factory=ApiKeyContext)
    config.scan()
