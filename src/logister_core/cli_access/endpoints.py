"""The addresses for programs."""

from __future__ import annotations

from typing import Final

_BASE: Final = "/api/v1/cli"
CAPABILITIES_PATH: Final = f"{_BASE}/capabilities"
SESSION_PATH: Final = f"{_BASE}/session"
LOGINS_PATH: Final = f"{_BASE}/device_authorizations"
TOKEN_PATH: Final = f"{LOGINS_PATH}/token"
