"""The same envelopes, posted by everybody at the same moment to two web processes: each is stored once."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import func, select

from factories.projects import api_key, project
from logister_core.error_groups.models import ErrorGroup, ErrorOccurrence
from logister_core.ingest.models import IngestEvent, TelemetryIdentity
from support.instance import Databases
from support.redis import RedisDatabases
from support.server import Installation, running

THREADS = 64
IN_A_BATCH = 100
SINGLES = 50
GROUPS = 10
LIMIT = 10_000_000


def uuid_of(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def envelope(number: int) -> dict[str, Any]:
    group = number % GROUPS
    return {"event": {"event_type": "error", "message": "m", "fingerprint": f"g{group}", "uuid": uuid_of(number)}}


def batches(envelopes: int) -> list[tuple[range, bytes]]:
    found = []
    for start in range(0, envelopes, IN_A_BATCH):
        numbers = range(start, start + IN_A_BATCH)
        lines = b"\n".join(json.dumps(envelope(number)).encode() for number in numbers)
        found.append((numbers, gzip.compress(lines, 1)))
    return found


class Everybody:
    """What all threads were told: `new` counts how often a number was answered as not seen before."""

    def __init__(self, url: str, token: str, envelopes: int) -> None:
        self._address = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {token}"}
        self._envelopes = envelopes
        self._batches = batches(envelopes)
        self._lock = threading.Lock()
        self._start = threading.Barrier(THREADS)
        self.new: Counter[int] = Counter()
        self.answers = 0
        self.ids: dict[int, set[int]] = {number: set() for number in range(envelopes)}
        self.problems: list[Any] = []
        self.remaining = LIMIT

    def run(self) -> None:
        threads = [threading.Thread(target=self._post_all, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)

    def _post_all(self, thread: int) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        try:
            self._start.wait(60)
            for turn in range(len(self._batches)):
                # Half of them in the other order, so that transactions meet with their envelopes crosswise.
                self._post_batch(connection, *self._batches[turn if thread % 2 else -1 - turn])
                if turn < SINGLES:
                    self._post_single(connection, (turn * 199) % self._envelopes)
        except Exception as problem:
            self.problems.append(problem)
        finally:
            connection.close()

    def _post_batch(self, connection: http.client.HTTPConnection, numbers: range, body: bytes) -> None:
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        status, answer = self._post(connection, "/api/v1/ingest_events/batch", body, headers)
        if status != 202:
            self.problems.append((status, answer))
            return
        for number, result in zip(numbers, answer["results"], strict=True):
            self._told(number, result["legacy_id"], new=not result["duplicate"])

    def _post_single(self, connection: http.client.HTTPConnection, number: int) -> None:
        body = json.dumps(envelope(number)).encode()
        status, answer = self._post(connection, "/api/v1/ingest_events", body, {"Content-Type": "application/json"})
        if status not in (200, 201):
            self.problems.append((status, answer))
            return
        self._told(number, answer["legacy_id"], new=status == 201)

    def _post(
        self, connection: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Any]:
        connection.request("POST", path, body, self._headers | headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        with self._lock:
            self.remaining = min(self.remaining, int(response.headers["X-RateLimit-Remaining"]))
        return response.status, answer

    def _told(self, number: int, legacy_id: int, *, new: bool) -> None:
        with self._lock:
            self.answers += 1
            self.new[number] += new
            self.ids[number].add(legacy_id)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("envelopes", [200, pytest.param(10_000, marks=pytest.mark.soak)])
def test_envelopes_that_64_threads_post_to_two_processes_are_stored_once(
    envelopes: int, kind: str, databases: Databases, redis_server: RedisDatabases, tmp_path: Path
) -> None:
    limits = {
        "LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS": str(LIMIT),
        "LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS": str(LIMIT),
        "LOGISTER_PUBLIC_API_RATE_LIMIT_PERIOD_SECONDS": "86400",
    }
    with running(databases, kind, tmp_path, redis_url=redis_server(), WEB_CONCURRENCY="2", **limits) as installation:
        site = installation.site
        everybody = Everybody(installation.web.url, api_key(site, project(site)), envelopes)
        everybody.run()
        assert everybody.problems == []
        posted = THREADS * (envelopes + min(SINGLES, envelopes // IN_A_BATCH))
        assert everybody.answers == posted
        assert set(everybody.new.values()) == {1}
        assert len(everybody.new) == envelopes
        assert {len(ids) for ids in everybody.ids.values()} == {1}
        # What both processes counted in Redis.
        assert everybody.remaining == LIMIT - posted
        installation.settle(60)
        stored_once(installation, envelopes)


def stored_once(installation: Installation, envelopes: int) -> None:
    with installation.site.read() as db:
        assert set(db.scalars(select(IngestEvent.uuid))) == {UUID(uuid_of(number)) for number in range(envelopes)}
        for model in (IngestEvent, TelemetryIdentity, ErrorOccurrence):
            assert db.scalar(select(func.count()).select_from(model)) == envelopes
        assert list(db.scalars(select(ErrorGroup.occurrence_count))) == [envelopes // GROUPS] * GROUPS
