"""A running server that copies to a real ClickHouse, which is killed and frozen meanwhile."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from factories.projects import api_key, project
from logister_core.outbox.models import TelemetryDelivery, TelemetryFailure
from logister_core.settings import load_settings
from logister_plugins.clickhouse import Settings
from logister_plugins.clickhouse.schema_status import repair
from logister_plugins.clickhouse.server import Servers
from support.clickhouse import ClickHouse
from support.instance import Databases
from support.programs import ticks
from support.server import Installation, running

ENVIRON = {"LOGISTER_CLICKHOUSE_MODE": "dual_write", "LOGISTER_CLICKHOUSE_CIRCUIT_OPEN_SECONDS": "1"}
# Seconds that a client waits at most, whatever ClickHouse does.
QUICK = 2.0


@pytest.fixture(scope="module")
def clickhouse() -> Iterator[ClickHouse]:
    with ClickHouse() as started:
        settings = load_settings({}, ENVIRON | {"LOGISTER_CLICKHOUSE_URL": started.url}, [Settings])
        server = Servers().candidate(settings.section(Settings))
        repair(server)
        server.close()
        yield started


@pytest.fixture
def installation(databases: Databases, clickhouse: ClickHouse, tmp_path: Path) -> Iterator[Installation]:
    """On SQLite, where everybody waits for who writes."""
    with running(databases, "sqlite", tmp_path, LOGISTER_CLICKHOUSE_URL=clickhouse.url, **ENVIRON) as started:
        yield started


class Sender:
    """Sends errors and remembers which were accepted."""

    def __init__(self, installation: Installation) -> None:
        self._url = f"{installation.web.url}/api/v1/ingest_events"
        self._token = api_key(installation.site, project(installation.site))
        self.accepted: set[str] = set()
        self.slowest = 0.0

    def send(self, number: int) -> None:
        for _ in range(number):
            uuid = str(uuid4())
            body = json.dumps({"event": {"event_type": "error", "message": "boom", "uuid": uuid}}).encode()
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
            begun = time.monotonic()
            with urllib.request.urlopen(urllib.request.Request(self._url, body, headers), timeout=20) as answer:
                assert answer.status == 201
            self.slowest = max(self.slowest, time.monotonic() - begun)
            self.accepted.add(uuid)


def facts(clickhouse: ClickHouse) -> list[str]:
    return [row["event_id"] for row in clickhouse.rows("SELECT event_id FROM logister.event_facts_v2")]


def health(installation: Installation) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{installation.web.url}/health/clickhouse", timeout=20) as answer:
            return answer.status, json.load(answer)["status"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["status"]


def wait_for_attempts(installation: Installation) -> None:
    for _ in ticks(20):
        if any(row.attempts for row in installation.site.rows(TelemetryDelivery) if row.destination == "clickhouse"):
            waiting = [row for row in installation.site.rows(TelemetryDelivery) if row.status == "retrying"]
            if waiting:
                return


def test_case_30_40_what_is_accepted_arrives_once_through_a_crash_and_a_silence(
    installation: Installation, clickhouse: ClickHouse
) -> None:
    sender = Sender(installation)
    sender.send(5)
    installation.settle()
    assert sorted(facts(clickhouse)) == sorted(sender.accepted)
    assert health(installation) == (200, "ok")

    clickhouse.kill()
    sender.send(5)
    wait_for_attempts(installation)
    # What pages read went on.
    done = {row.destination for row in installation.site.rows(TelemetryDelivery) if row.status == "completed"}
    assert done == {"projector", "clickhouse"}
    clickhouse.start()
    installation.make_due()

    clickhouse.freeze()
    for _ in range(10):
        sender.send(1)
        time.sleep(0.2)
    clickhouse.thaw()
    wake(installation, sender)
    assert sorted(facts(clickhouse)) == sorted(sender.accepted)
    assert installation.site.rows(TelemetryFailure) == []
    assert sender.slowest < QUICK


def wake(installation: Installation, sender: Sender) -> None:
    """Nobody waits for the pause after a failure, nor for the breaker."""
    for _ in ticks(30):
        installation.make_due()
        sender.send(1)
        time.sleep(1)
        if not installation.unfinished():
            return
