"""What was answered 2xx is stored once and grouped once, whatever is killed while it happens."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from factories.projects import api_key, project
from logister_core.error_groups.models import ErrorGroup, ErrorOccurrence
from logister_core.ingest.models import IngestEvent
from logister_core.outbox.models import TelemetryFailure
from logister_core.projects.models import Project
from logister_core.tasks.brokers import REDIS_TIMEOUT_SECONDS
from support.instance import Databases
from support.load import GROUPS, Load
from support.programs import ticks
from support.redis import RedisServer
from support.server import Installation, Program, running

# Without Redis the worker is in the web process, and a kill takes both.
USUAL = ["sqlite", "postgresql+redis"]
SELDOM = pytest.param("sqlite+redis", marks=pytest.mark.soak)
WITH_REDIS = [SELDOM, "postgresql+redis"]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module", params=USUAL)
def installation(
    request: pytest.FixtureRequest, databases: Databases, redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One for all tests, each with its own project; every test leaves it running."""
    kind, _, queue = request.param.partition("+")
    folder = tmp_path_factory.mktemp("installation")
    with running(databases, kind, folder, redis_url=redis.url if queue else None) as started:
        yield started


@pytest.fixture
def shop(installation: Installation) -> Project:
    return project(installation.site)


@pytest.fixture
def load(installation: Installation, shop: Project) -> Iterator[Load]:
    """Started; `load.stop()` ends it."""
    with Load(installation.web.url, api_key(installation.site, shop)) as made:
        yield made


def kill_holding_a_lease(installation: Installation, worker: Program) -> None:
    """Kill the process that works while it has taken deliveries and not finished them."""
    seen = 0
    for _ in ticks(20):
        if not seen:
            worker.signal(signal.SIGSTOP)
        if not installation.leased():
            worker.signal(signal.SIGCONT)
            seen = 0
            continue
        seen += 1
        # Looked at twice: a commit that was under way when it froze is finished by the database a moment later.
        if seen == 2:
            break
    worker.kill()
    assert installation.leased()
    # The lease of a dead worker ends after two minutes; nobody needs to wait for that here.
    installation.make_due()


def assert_stored_once_and_grouped_once(installation: Installation, shop: Project, load: Load) -> None:
    installation.settle()
    with installation.site.read() as db:
        stored = list(db.scalars(select(IngestEvent.uuid).where(IngestEvent.project_id == shop.id)))
        groups = list(db.scalars(select(ErrorGroup).where(ErrorGroup.project_id == shop.id)))
        ids = [group.id for group in groups]
        linked = list(
            db.execute(
                select(ErrorOccurrence.error_group_id, ErrorOccurrence.event_uuid).where(
                    ErrorOccurrence.error_group_id.in_(ids)
                )
            )
        )
        failures = db.scalars(select(TelemetryFailure)).all()
    assert failures == []
    assert load.refused == []
    rows = {str(uuid) for uuid in stored}
    assert len(stored) == len(rows)
    assert load.acknowledged.keys() <= rows <= load.sent.keys()
    assert sorted(uuid for _, uuid in linked) == sorted(stored)
    assert len(groups) == GROUPS
    counted = {f"trouble {number}": count for number, count in Counter(load.sent[uuid] for uuid in rows).items()}
    assert {group.title: group.occurrence_count for group in groups} == counted
    links = Counter(group_id for group_id, _ in linked)
    assert {group.id: group.occurrence_count for group in groups} == links


def test_a_killed_web_process(installation: Installation, shop: Project, load: Load) -> None:
    web = installation.web
    load.more(100)
    web.kill()
    if installation.worker is None:
        installation.make_due()
    web.start()
    load.more(60)
    # An orderly stop under load loses nothing either.
    assert web.stop() == 0
    web.start()
    load.more(60)
    load.stop()
    assert load.broken
    assert_stored_once_and_grouped_once(installation, shop, load)


@pytest.mark.parametrize("installation", [*USUAL, SELDOM], indirect=True)
def test_a_worker_killed_while_it_holds_deliveries(installation: Installation, shop: Project, load: Load) -> None:
    worker = installation.worker or installation.web
    load.more(60)
    kill_holding_a_lease(installation, worker)
    if installation.worker is not None:
        load.more(60)
    worker.start()
    load.more(60)
    load.stop()
    assert_stored_once_and_grouped_once(installation, shop, load)


@pytest.mark.parametrize("installation", WITH_REDIS, indirect=True)
def test_a_killed_redis(installation: Installation, shop: Project, load: Load, redis: RedisServer) -> None:
    load.more(100)
    redis.kill()
    load.more(60)
    redis.start()
    load.more(60)
    load.stop()
    assert load.broken == 0
    assert_stored_once_and_grouped_once(installation, shop, load)


@pytest.mark.parametrize("installation", WITH_REDIS, indirect=True)
@pytest.mark.parametrize("trouble", ["killed", "silent"])
def test_without_redis_events_are_accepted_as_fast_and_the_next_sweep_groups_them(
    installation: Installation, shop: Project, redis: RedisServer, trouble: str
) -> None:
    # A silent Redis is the worse one: whoever talks to it waits until the time is out.
    redis.kill() if trouble == "killed" else redis.freeze()
    try:
        with Load(installation.web.url, api_key(installation.site, shop)) as load:
            load.more(150)
        assert load.slowest < REDIS_TIMEOUT_SECONDS
        assert installation.unfinished()
    finally:
        redis.start() if trouble == "killed" else redis.thaw()
    assert "telemetry_projector" in installation.sweep()
    assert_stored_once_and_grouped_once(installation, shop, load)


@pytest.mark.parametrize("installation", ["postgresql+redis"], indirect=True)
def test_everything_killed_at_once(installation: Installation, shop: Project, load: Load, redis: RedisServer) -> None:
    assert installation.worker is not None
    load.more(100)
    kill_holding_a_lease(installation, installation.worker)
    installation.web.kill()
    redis.kill()
    redis.start()
    installation.web.start()
    installation.worker.start()
    load.more(60)
    load.stop()
    assert_stored_once_and_grouped_once(installation, shop, load)
