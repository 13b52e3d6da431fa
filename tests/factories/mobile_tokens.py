"""Projects of apps, and tokens that their servers asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import webtest

from factories.projects import api_key, project
from logister_core.projects.models import Project
from support.instance import Instance

PATH = "/api/v1/mobile_ingest_tokens"


class App(NamedTuple):
    """A project of kind android, its API key, and the one mobile token made with it."""

    project: Project
    key: str
    token: str


def ask(site: Instance, key: str | None, **fields: Any) -> webtest.TestResponse:
    """Ask for a token with `key`; None leaves a field out."""
    defaults = {"platform": "android", "service": "com.app", "environment": "production"}
    wanted = {name: value for name, value in (defaults | fields).items() if value is not None}
    return site.post(PATH, {"mobile_ingest_token": wanted}, key)


def app(site: Instance, **fields: Any) -> App:
    of = project(site, integration_kind="android")
    key = api_key(site, of)
    answer = ask(site, key, **fields)
    assert answer.status_int == 201, answer.json
    return App(of, key, answer.json["token"])
