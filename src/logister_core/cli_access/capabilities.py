"""What this server can do for programs that read (specification, read API chapter §13.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from logister_core import __version__
from logister_core.cli_access.answers import second
from logister_core.cli_access.endpoints import CAPABILITIES_PATH, LOGINS_PATH, SESSION_PATH, TOKEN_PATH
from logister_core.cli_access.scopes import READ_SCOPES
from logister_core.updates.versions import current_version

if TYPE_CHECKING:
    from logister_core.types import Request

# Clients look a feature up before they ask for it; the others are to come.
BUILT: Final = frozenset({"capabilities", "cli_access_tokens", "device_authorization"})
FEATURES: Final = (
    "capabilities",
    "cli_access_tokens",
    "device_authorization",
    "projects",
    "project_summary",
    "events",
    "logs",
    "error_groups",
    "traces",
    "monitors",
    "deployments",
    "insights",
    "metrics",
    "ai_context_bundles",
    "mobile_artifacts",
    "error_group_mutations",
)


def capabilities(request: Request) -> dict[str, Any]:
    """For everybody: nothing in it is anybody's."""
    settings, registry = request.settings, request.registry
    version = current_version(settings.updates.release)
    return {
        "server": "logister",
        "server_version": __version__ if version is None else version.text,
        "api_contract_version": registry.openapi["info"]["version"],
        "api_contract_sha256": registry.openapi_digest,
        "minimum_cli_version": settings.cli.minimum_version,
        "recommended_cli_version": settings.cli.recommended_version,
        "generated_at": second(request.now),
        "endpoints": {
            "capabilities": CAPABILITIES_PATH,
            "session": SESSION_PATH,
            "device_authorizations": LOGINS_PATH,
            "device_token": TOKEN_PATH,
        },
        "auth": {
            "cli_access_tokens": True,
            "device_authorization": True,
            "project_ingest_keys_for_read": False,
            "recommended_scopes": list(READ_SCOPES),
        },
        "features": {name: name in BUILT for name in FEATURES},
    }
