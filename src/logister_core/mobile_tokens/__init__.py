"""Short-lived tokens with which an app on somebody's phone sends telemetry in the name of an API key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.ingest.endpoints import MOBILE_TOKENS_PATH
    from logister_core.mobile_tokens.actors import remove_expired_tokens
    from logister_core.mobile_tokens.resources import MobileTokenContext
    from logister_core.mobile_tokens.services import MobileTokenService

    config.register_service_factory(MobileTokenService.from_request, MobileTokenService)
    config.add_write_endpoint("mobile_tokens.create", MOBILE_TOKENS_PATH)
    config.add_route(
        "mobile_tokens.revoke", "/projects/{project}/mobile_tokens/{token}/revoke", factory=MobileTokenContext
    )
    config.add_recurring_job("mobile_tokens_cleanup", remove_expired_tokens, every=timedelta(hours=1))
    config.scan()
