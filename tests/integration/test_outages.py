"""A database that is killed, stopped, full or silent under batches: no 2xx without its rows, no half batch, and the
service resumes by itself.
"""

from __future__ import annotations

import json
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from sqlalchemy import select

from factories.projects import api_key, project
from logister_core.ingest.credentials import BELIEVED_FOR
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from support.instance import Databases
from support.load import Batches
from support.postgres import PrivatePostgres, private_postgres
from support.server import Installation, running

# Seconds that anybody waits for an answer while the database is away.
QUICK = 3.0


@pytest.fixture(scope="module")
def postgres() -> Iterator[PrivatePostgres]:
    with private_postgres() as server:
        yield server


@pytest.fixture(scope="module", params=[("sqlite", "waitress"), ("postgresql", "granian")], ids="-".join)
def installation(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """With background work inside; every test leaves it running."""
    kind, server = request.param
    folder = tmp_path_factory.mktemp("installation")
    if kind == "postgresql":
        private: PrivatePostgres = request.getfixturevalue("postgres")
        databases = Databases(folder, lambda: private)
    with running(databases, kind, folder, server=server) as started:
        yield started


@pytest.fixture
def shop(installation: Installation) -> Project:
    return project(installation.site)


@pytest.fixture
def load(installation: Installation, shop: Project) -> Iterator[Batches]:
    """Started; `load.stop()` ends it."""
    with Batches(installation.web.url, api_key(installation.site, shop)) as made:
        yield made


def assert_whole(installation: Installation, shop: Project, load: Batches) -> None:
    """Every batch is stored as a whole or not at all, and stored when that was promised."""
    load.stop()
    installation.site.registry.engine.dispose()
    with installation.site.read() as db:
        stored = [str(uuid) for uuid in db.scalars(select(IngestEvent.uuid).where(IngestEvent.project_id == shop.id))]
    assert len(stored) == len(set(stored))
    found = set(stored)
    assert load.acknowledged.keys() <= found <= load.sent.keys()
    halves = [batch for batch in load.batches if 0 < len(found.intersection(batch)) < len(batch)]
    assert halves == []
    # What a worker held or failed at while the database was away would be due minutes later.
    installation.make_due()
    with Batches(installation.web.url, api_key(installation.site, shop), threads=1) as waking:
        waking.more(1)
    installation.settle()


def assert_refused_as_promised(load: Batches) -> None:
    assert load.refused
    for (status, body), headers in zip(load.refused, load.headers, strict=True):
        assert (status, json.loads(body)["code"]) == (503, "unavailable")
        assert int(headers["Retry-After"]) > 0


def status(url: str) -> int:
    try:
        with urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_a_killed_web_process(installation: Installation, shop: Project, load: Batches) -> None:
    load.more(300)
    installation.web.kill()
    installation.make_due()
    installation.web.start()
    load.more(300)
    load.stop()
    assert load.broken
    assert load.refused == []
    assert_whole(installation, shop, load)


def test_a_full_disk(installation: Installation, shop: Project, request: pytest.FixtureRequest) -> None:
    token = api_key(installation.site, shop)
    with Batches(installation.web.url, token, padding=4000) as load:
        load.more(100)
        fill(installation, request)
        try:
            load.more_refused(20, seconds=60)
            assert status(f"{installation.web.url}/up") == 200
        finally:
            make_room(installation, request)
        load.more(100)
    assert_refused_as_promised(load)
    assert_whole(installation, shop, load)


def test_a_database_that_restarts_at_once(
    installation: Installation, shop: Project, load: Batches, postgres_alone: PrivatePostgres
) -> None:
    for _ in range(3):
        load.more(200)
        postgres_alone.stop(signal.SIGQUIT)
        postgres_alone.start()
    load.more(200)
    load.stop()
    assert load.broken == 0
    assert_refused_as_promised(load)
    assert_whole(installation, shop, load)


def test_while_the_database_is_away_everybody_is_told_quickly(
    installation: Installation, shop: Project, postgres_alone: PrivatePostgres
) -> None:
    with Batches(installation.web.url, api_key(installation.site, shop), threads=64, events=2) as load:
        load.more(300)
        postgres_alone.stop(signal.SIGINT)
        load.more_refused(64)
        load.slowest = 0.0
        # Also when tokens are looked up again.
        time.sleep(BELIEVED_FOR + 1)
        load.more_refused(64)
        assert load.slowest < QUICK
        assert status(f"{installation.web.url}/health/database") == 503
        assert status(f"{installation.web.url}/up") == 200
        postgres_alone.start()
        load.more(300)
        assert status(f"{installation.web.url}/health/database") == 200
    assert load.broken == 0
    assert_refused_as_promised(load)
    assert_whole(installation, shop, load)


@pytest.fixture
def postgres_alone(installation: Installation, request: pytest.FixtureRequest) -> PrivatePostgres:
    if installation.site.settings.database.sqlite:
        pytest.skip("SQLite has no server")
    found: PrivatePostgres = request.getfixturevalue("postgres")
    return found


def fill(installation: Installation, request: pytest.FixtureRequest) -> None:
    """Let files not grow beyond what they have: a limit that needs no disk of its own."""
    if installation.site.settings.database.sqlite:
        [web] = installation.web.processes()
        size = max(path.stat().st_size for path in database_files(installation))
        web.rlimit(resource.RLIMIT_FSIZE, (size + 300_000, resource.RLIM_INFINITY))
    else:
        request.getfixturevalue("postgres").limit_files(2 * 1024 * 1024)


def make_room(installation: Installation, request: pytest.FixtureRequest) -> None:
    if installation.site.settings.database.sqlite:
        [web] = installation.web.processes()
        web.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        request.getfixturevalue("postgres").limit_files(None)


def database_files(installation: Installation) -> list[Path]:
    return [installation.web.log, *installation.site.home.glob("logister.db*")]
