"""Installations that run, for tests from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from logister import LogisterClient

from factories.projects import project
from logister_core.accounts.passwords import PasswordHasher
from support.instance import Databases
from support.redis import RedisDatabases
from support.server import Installation, running
from support.shop import PASSWORD, Shop

CLIENT = {"environment": "staging", "release": "1.4.2"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def installation(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """SQLite with the worker inside the web process; PostgreSQL with Redis and a worker process."""
    redis_url = None
    if request.param == "postgresql":
        queue: RedisDatabases = request.getfixturevalue("redis_server")
        redis_url = queue()
    folder = tmp_path_factory.mktemp("installation")
    with running(databases, request.param, folder, redis_url=redis_url) as started:
        yield started


@pytest.fixture
def shop(installation: Installation) -> Iterator[Shop]:
    """A new project in the running installation."""
    site = installation.site
    owner = site.user(password_hash=PasswordHasher.for_tests().hash(PASSWORD))
    made = project(site, owner)
    with ExitStack() as stack:

        def new_client(**options: Any) -> LogisterClient:
            return stack.enter_context(installation.client(made, **CLIENT | options))

        yield Shop(installation, owner, made, new_client, new_client())
