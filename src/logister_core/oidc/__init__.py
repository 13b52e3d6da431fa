"""Signing in through an OpenID provider: another site that knows the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    if not config.registry.logister_settings.oidc.active:
        return
    from logister_core.oidc.provider import Provider, require_library
    from logister_core.oidc.services import OIDCAccounts

    require_library()
    config.register_service(Provider(config.registry.logister_settings), Provider)
    config.register_service_factory(OIDCAccounts.from_request, OIDCAccounts)
    config.add_audit_actions(
        {
            "account.created": "Account created",
            "account.linked": "Account linked with single sign-on",
            "account.administrator_granted": "Made an administrator by a group",
            "account.administrator_revoked": "No administrator by a group any more",
        }
    )
    config.add_route("oidc.begin", "/users/sign_in/oidc")
    config.add_route("oidc.callback", "/users/sign_in/oidc/callback")
    config.writes_on_get("oidc.callback")
    config.scan()
