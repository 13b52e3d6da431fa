"""Real servers for whoever asks; how they come to be is told in `support`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from support import chromium, environment, postgres, redis

environment.settle(os.environ)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """Call it for the `postgresql+psycopg://` address of a fresh, empty database."""
    with postgres.postgres(os.environ.get(postgres.VARIABLE)) as server:
        yield server
        server.drop_all()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.RedisDatabases]:
    """Call it for the `redis://` address of an empty database."""
    with redis.redis_url(os.environ.get(redis.VARIABLE)) as url:
        databases = redis.RedisDatabases(url)
        yield databases
        databases.empty_all()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's program, for `playwright.chromium.launch(executable_path=…)`."""
    found = chromium.find_chromium()
    if found is None:
        # The command that runs all tests says so in its last line, and fails on CI.
        assert os.environ.get("CI") != "true", "Chromium was not found"
        pytest.skip("Chromium was not found")
    return found
