"""CLI tokens as rows, and the requests of programs that ask for one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import webtest

from logister_core.accounts.models import User
from logister_core.cli_access.models import CliAccessToken
from logister_core.cli_access.scopes import READ_SCOPES
from logister_core.projects.models import Project
from logister_core.security.tokens import digest
from support.instance import Instance

LOGINS = "/api/v1/cli/device_authorizations"


def cli_token(site: Instance, of: User, *projects: Project, **values: Any) -> str:
    """The token of a new row, for `projects`, or for all when none is named."""
    plain = f"logister_cli_{secrets.token_hex(32)}"
    defaults = {
        "user_id": of.id,
        "name": "Logister CLI device login",
        "token_digest": digest(plain),
        "scopes": list(READ_SCOPES),
        "all_projects": not projects,
        "project_uuids": [str(chosen.uuid) for chosen in projects],
        "created_at": site.clock(),
        "expires_at": site.clock() + timedelta(days=30),
    }
    with site.write() as db:
        db.add(CliAccessToken(**defaults | values))
    return plain


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def begin(site: Instance, status: int = 201, **parameters: Any) -> webtest.TestResponse:
    return site.browser().post_json(LOGINS, parameters, status=status)


def poll(site: Instance, device_code: str) -> webtest.TestResponse:
    return site.browser().post_json(f"{LOGINS}/token", {"device_code": device_code}, status="*")
