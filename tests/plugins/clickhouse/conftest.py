"""One ClickHouse for all tests of a file; each has a database of its own in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from logister_core.settings import load_settings
from logister_plugins.clickhouse import Settings
from logister_plugins.clickhouse.schema_status import repair
from logister_plugins.clickhouse.server import Server, Servers
from support.clickhouse import ClickHouse


@pytest.fixture(scope="session")
def clickhouse() -> Iterator[ClickHouse]:
    with ClickHouse() as started:
        yield started


@pytest.fixture(scope="session")
def prepared(clickhouse: ClickHouse) -> str:
    """A database with the schema, which takes a while to make."""
    environ = {"LOGISTER_CLICKHOUSE_MODE": "dual_write", "LOGISTER_CLICKHOUSE_URL": clickhouse.url}
    name = clickhouse.new_database()
    settings = load_settings({}, environ | {"LOGISTER_CLICKHOUSE_DATABASE": name}, [Settings])
    repair(Servers().candidate(settings.section(Settings)))
    return name


@pytest.fixture
def emptied(clickhouse: ClickHouse, prepared: str) -> str:
    """That database, for tests that leave its schema as it is."""
    for table in ("events_raw", "spans_raw"):
        clickhouse.run(f"TRUNCATE TABLE {prepared}.{table}")
    return prepared


@pytest.fixture
def database(clickhouse: ClickHouse) -> str:
    return clickhouse.new_database()


@pytest.fixture
def environ(clickhouse: ClickHouse, database: str) -> dict[str, str]:
    """With which a server writes to that database."""
    return {
        "LOGISTER_CLICKHOUSE_MODE": "dual_write",
        "LOGISTER_CLICKHOUSE_URL": clickhouse.url,
        "LOGISTER_CLICKHOUSE_DATABASE": database,
    }


@pytest.fixture
def new_server() -> Iterator[Callable[[dict[str, str]], Server]]:
    """Of these variables."""
    made = []

    def new(environ: dict[str, str]) -> Server:
        made.append(Servers().candidate(load_settings({}, environ, [Settings]).section(Settings)))
        return made[-1]

    yield new
    for server in made:
        server.close()


@pytest.fixture
def server(new_server: Callable[[dict[str, str]], Server], environ: dict[str, str]) -> Server:
    return new_server(environ)


@pytest.fixture
def ready(server: Server) -> Server:
    """With its tables and views."""
    repair(server)
    return server


@pytest.fixture
def set_environ(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """For commands, which read the environment of the process."""

    def set_environ(environ: dict[str, str]) -> None:
        for name in [name for name in os.environ if name.startswith("LOGISTER_")]:
            monkeypatch.delenv(name)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)

    return set_environ
