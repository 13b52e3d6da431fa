"""Tokens with which programs read in the name of a person: how they are asked for, granted, used and ended.

Everything below `/api/v1/cli/` is for programs, among them the command line client that the path is named after.
`/cli/device` is where people let such a program in, their profile where they end what they granted.
"""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.cli_access.actors import remove_old_logins
    from logister_core.cli_access.device_logins import DeviceLogins
    from logister_core.cli_access.endpoints import CAPABILITIES_PATH, LOGINS_PATH, SESSION_PATH, TOKEN_PATH
    from logister_core.cli_access.resources import CliTokenContext
    from logister_core.cli_access.services import CliTokens

    config.register_service_factory(CliTokens.from_request, CliTokens)
    config.register_service_factory(DeviceLogins.from_request, DeviceLogins)
    config.add_audit_actions(
        {
            "cli_login.approved": "CLI login approved",
            "cli_login.denied": "CLI login denied",
            "cli_token.granted": "CLI token granted",
            "cli_token.revoked": "CLI token revoked",
            "cli_token.all_revoked": "Every CLI token revoked",
        }
    )
    config.add_route("cli_access.capabilities", CAPABILITIES_PATH, request_method="GET")
    config.add_route("cli_access.session", SESSION_PATH, request_method="GET")
    config.add_route("cli_access.logins", LOGINS_PATH, request_method="POST")
    config.add_route("cli_access.logins.token", TOKEN_PATH, request_method="POST")
    config.add_route("cli_access.device", "/cli/device")
    own = "/profile/cli-access-tokens"
    config.add_route("cli_access.tokens", own)
    config.add_route("cli_access.tokens.revoke", f"{own}/revoke")
    config.add_route("cli_access.token", f"{own}/{{cli_token}}", factory=CliTokenContext)
    config.add_route("cli_access.token.revoke", f"{own}/{{cli_token}}/revoke", factory=CliTokenContext)
    config.add_recurring_job("cli_logins_cleanup", remove_old_logins, at=time(4, 30))
    config.scan()
