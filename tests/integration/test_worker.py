"""`logister worker` with a real Redis and a real PostgreSQL."""

from __future__ import annotations

import logging
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis
from sqlalchemy import text

from factories.projects import project
from logister_core import __version__
from logister_core.error_groups.models import ErrorGroup
from logister_core.outbox.models import DeliveryStatus, TelemetryDelivery
from logister_core.projects.models import Project
from logister_core.tasks.brokers import HEARTBEAT_PREFIX
from logister_core.tasks.heartbeat import Heartbeat
from logister_core.tasks.models import RecurringJobState
from logister_core.tasks.worker import QUEUES
from support.instance import Databases, instance
from support.programs import ticks
from support.redis import RedisDatabases
from support.server import Installation, running


def test_a_commit_wakes_the_worker_long_before_the_sweep(plant: Installation):
    # The first sweep is over, the next one comes with the next minute.
    wait_for_recurring_jobs(plant)
    shop = send_error(plant)
    plant.settle(seconds=5)
    assert counts(plant, shop) == [1]


def test_every_line_of_a_message_names_it_and_the_last_one_its_outcome(plant: Installation):
    send_error(plant)
    plant.settle()
    wait_for_log(plant, "outbox.delivered destination=projector batches=1")
    pattern = (
        r"message_id=(\S+) actor=logister_core.outbox.actors.deliver queue=projector outbox.delivered "
        r"destination=projector batches=1"
    )
    found = re.search(pattern, plant.worker.output())
    assert found is not None
    wait_for_log(plant, f"message_id={found[1]} actor=logister_core.outbox.actors.deliver queue=projector message.fin")
    assert re.search(rf"{found[1]} .*message.finished outcome=done duration_ms=\d+\.\d", plant.worker.output())


def test_a_worker_is_in_the_register_while_it_lives(plant: Installation):
    [key] = register(plant)
    with redis.Redis.from_url(plant.site.settings.tasks.queue_url, decode_responses=True) as client:
        facts = client.hgetall(key)
        assert 0 < client.ttl(key) <= 30
    [process] = worker_processes(plant)
    assert facts["pid"] == str(process.pid)
    assert facts["version"] == __version__
    assert set(facts["queues"].split(",")) == set(QUEUES)
    # Of the worker's own size, whatever the web process has.
    assert (facts["worker_threads"], facts["size"], facts["required"], facts["valid"]) == ("5", "7", "7", "true")
    assert plant.worker.stop() == 0
    assert register(plant) == []


def test_case_80_33_events_are_accepted_without_a_worker_and_grouped_when_there_is_one(plant: Installation):
    assert plant.worker.stop() == 0
    shop = send_error(plant)
    assert counts(plant, shop) == []
    plant.worker.start()
    plant.settle()
    assert counts(plant, shop) == [1]


def test_what_a_killed_worker_had_begun_is_done_once_by_the_next_one(plant: Installation):
    with plant.site.write() as held:
        held.execute(text("LOCK TABLE error_groups IN ACCESS EXCLUSIVE MODE"))
        shop = send_error(plant)
        wait_for_lease(plant)
        plant.worker.kill()
    plant.worker.start()
    *_, delivery = plant.site.rows(TelemetryDelivery)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.PROCESSING.value, 1)
    assert counts(plant, shop) == []

    plant.make_due()
    plant.sweep()
    plant.settle()
    *_, delivery = plant.site.rows(TelemetryDelivery)
    assert delivery.attempts == 2
    assert counts(plant, shop) == [1]


def test_sigterm_lets_a_running_job_finish(plant: Installation):
    with plant.site.write() as held:
        held.execute(text("LOCK TABLE error_groups IN ACCESS EXCLUSIVE MODE"))
        shop = send_error(plant)
        wait_for_lease(plant)
        [process] = worker_processes(plant)
        manager = process.parent()
        manager.send_signal(signal.SIGTERM)
        wait_for_log(plant, "Stopping worker process...")
        assert process.is_running()
    # Told twice it would end at once.
    assert manager.wait(30) == 0
    assert plant.unfinished() == 0
    assert counts(plant, shop) == [1]


def test_two_worker_processes_run_a_recurring_job_once(
    databases: Databases, redis_server: RedisDatabases, tmp_path: Path
):
    with running(databases, "postgresql", tmp_path, redis_url=redis_server(), DRAMATIQ_PROCESSES="2") as plant:
        wait_for_recurring_jobs(plant)
        # Both processes have ticked by now.
        assert len(worker_processes(plant)) == 2
        lines = [line for line in plant.worker.output().splitlines() if "message.finished outcome=done" in line]
    ran = [match[1] for line in lines if (match := re.search(r"actor=(\S+)", line))]
    for actor in ("outbox.actors.make_partitions", "outbox.actors.remove_finished_batches"):
        assert ran.count(f"logister_core.{actor}") == 1


def test_worker_processes_stop_when_their_manager_was_killed(plant: Installation):
    processes = worker_processes(plant)
    os.kill(processes[0].ppid(), signal.SIGKILL)
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert alive == []
    assert "worker.manager_lost" in plant.worker.output()


@pytest.mark.parametrize(
    ("threads", "pool", "required", "valid"), [(5, "6", "7", "false"), (5, "7", "7", "true"), (1, "3", "3", "true")]
)
def test_case_80_16_the_heartbeat_says_whether_the_pool_is_large_enough(
    databases: Databases, redis_server: RedisDatabases, tmp_path: Path, caplog, threads, pool, required, valid
):
    queue = redis_server()
    with (
        instance(databases.fresh("postgresql", tmp_path), tmp_path, {"REDIS_URL": queue, "DB_POOL": pool}) as site,
        redis.Redis.from_url(queue, decode_responses=True) as client,
        caplog.at_level(logging.WARNING),
    ):
        heartbeat = Heartbeat(site.registry, threads=threads, queues=["projector", "default"])
        heartbeat.beat()
        facts = client.hgetall(heartbeat.key)
        assert 0 < client.ttl(heartbeat.key) <= 30
        heartbeat.start()
        heartbeat.stop()
        assert client.exists(heartbeat.key) == 0
    assert facts["size"] == pool
    assert (facts["required"], facts["valid"], facts["headroom"]) == (required, valid, "2")
    assert (facts["queues"], facts["updated_at"]) == ("default,projector", site.clock().isoformat())
    warned = f"worker.pool_too_small size={pool} required={required}" in caplog.text
    assert warned is (valid == "false")


def send_error(plant: Installation) -> Project:
    """To a project of its own."""
    shop = project(plant.site)
    with plant.client(shop) as client:
        client.capture_exception(ValueError("no stock"))
    return shop


def counts(plant: Installation, shop: Project) -> list[int]:
    """Of each group of the project, how often it happened."""
    return [group.occurrence_count for group in plant.site.rows(ErrorGroup) if group.project_id == shop.id]


def wait_for_lease(plant: Installation) -> None:
    for _ in ticks(30):
        if plant.leased():
            return


def wait_for_recurring_jobs(plant: Installation) -> None:
    """Until every recurring job ran."""
    for _ in ticks(30):
        states = {state.name: state.completed_at for state in plant.site.rows(RecurringJobState)}
        if states.keys() == plant.site.registry.recurring_jobs.keys() and all(states.values()):
            return


def wait_for_log(plant: Installation, words: str) -> None:
    for _ in ticks(20):
        if words in plant.worker.output():
            return


def register(plant: Installation) -> list[str]:
    with redis.Redis.from_url(plant.site.settings.tasks.queue_url, decode_responses=True) as client:
        return list(client.scan_iter(match=f"{HEARTBEAT_PREFIX}*"))


def worker_processes(plant: Installation) -> list[psutil.Process]:
    """The processes that do the work, not the one that manages them."""
    return psutil.Process(plant.worker.pid).children()


@pytest.fixture(scope="module")
def installation(
    databases: Databases, redis_server: RedisDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A web process and a worker on PostgreSQL, for all tests."""
    folder = tmp_path_factory.mktemp("installation")
    with running(databases, "postgresql", folder, redis_url=redis_server()) as started:
        yield started


@pytest.fixture
def plant(installation: Installation) -> Installation:
    """With a worker that works, whatever became of the last one, and has said nothing yet."""
    installation.worker.log.write_text("")
    if installation.worker.ended():
        installation.worker.start()
    return installation
