"""Real servers for whoever asks; how they come to be is told in `support`."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support import chromium, environment, postgres, redis
from support.applications import Applications
from support.instance import Databases, Instance, instance

environment.settle(os.environ)

# Each test makes a whole application; looking through all of it again and again would take a third of the time.
gc.set_threshold(100_000, 10, 10)

_LONG = ("browser", "integration", "plugins", "functional")

# How long an example takes says more about the machine than about what is tested.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders with long tests first: begun last, one of them would keep a worker busy while the others have ended."""
    items.sort(key=lambda item: next((at for at, name in enumerate(_LONG) if name in item.path.parts), len(_LONG)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """Call it for the `postgresql+psycopg://` address of a fresh, empty database."""
    with postgres.postgres(os.environ.get(postgres.VARIABLE)) as server:
        yield server


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


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Databases]:
    # PostgreSQL is only started when the first test asks for it.
    folder = tmp_path_factory.mktemp("templates")
    with closing(Databases(folder, lambda: request.getfixturevalue("postgres_server"))) as databases:
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Tests that use `site`, or this, run on both databases."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def applications(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applications]:
    with closing(Applications(databases, tmp_path_factory.mktemp("applications"))) as applications:
        yield applications


@pytest.fixture
def make_site(
    database_kind: str, databases: Databases, applications: Applications, tmp_path: Path
) -> Iterator[Callable[..., Instance]]:
    """Call it with settings (environment variables) for an instance on an empty database."""
    with ExitStack() as stack:

        def make(**environ: str) -> Instance:
            if not environ:
                return stack.enter_context(applications.lend(database_kind))
            home = tmp_path / f"home{len(list(tmp_path.iterdir()))}"
            home.mkdir()
            url = databases.fresh(database_kind, home)
            stack.callback(databases.release, url)
            return stack.enter_context(instance(url, home, environ))

        yield make


@pytest.fixture
def site(make_site: Callable[..., Instance]) -> Instance:
    """A whole instance with default settings, on each database."""
    return make_site()
