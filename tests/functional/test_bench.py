"""The benchmark as a program: its figures are there and agree with each other. How large they are is not tested."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from logister_core.bench.load import is_complete
from logister_core.bench.payload import FRAMES, GROUPS, SIZES, templates
from logister_core.db.engine import make_engine
from logister_core.db.migrate import upgrade
from logister_core.ingest.normalization import check_limits, decode_json, event_envelope

TINY = ("--json", "--seconds", "0.3", "--threads", "4", "--connections", "2,8")


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "logister_core.bench", *arguments],
            env=os.environ | {"LOGISTER_HOME": str(tmp_path / "home")} | environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def count(url: str, table: str) -> int:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
    finally:
        engine.dispose()


def test_a_tiny_run_gives_every_figure_and_leaves_nothing_behind(
    bench: Callable[..., Any], postgres_server: Callable[..., str], redis_server: Callable[[], str]
) -> None:
    url = postgres_server()
    done = bench(*TINY, DATABASE_URL=url, REDIS_URL=redis_server())
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert [(figure["twin"], figure["connections"]) for figure in found["accepted"]] == [
        ("null", 2), ("group", 2), ("request", 2), ("null", 8), ("null_unlogged", 8), ("group", 8), ("request", 8),
    ]  # fmt: skip
    for figure in [*found["accepted"], found["accepted_beside_worker"]]:
        assert figure["per_second"] > 0
        assert figure["threads"] == 4
        assert 0 < figure["p50_ms"] <= figure["p99_ms"]
    by_twin = {figure["twin"]: figure for figure in found["accepted"] if figure["connections"] == 8}
    assert by_twin["null"]["per_transaction"] is None
    assert by_twin["request"]["per_transaction"] == 1.0
    assert by_twin["group"]["per_transaction"] >= 1.0
    assert found["raw_copy"]["per_second"] > 0
    assert found["load_generator"]["per_second"] > 0
    assert found["drained"]["events"] > 0
    assert 0 < found["drained"]["groups"] <= GROUPS
    assert found["peak_memory"]["web"] > 10_000_000
    assert found["peak_memory"]["worker"] > 10_000_000
    ratios = found["ratios"]
    assert ratios["group/null"] == pytest.approx(by_twin["group"]["per_second"] / by_twin["null"]["per_second"])
    assert ratios["group/request"] == pytest.approx(by_twin["group"]["per_second"] / by_twin["request"]["per_second"])
    assert ratios["group/copy"] == pytest.approx(by_twin["group"]["per_second"] / found["raw_copy"]["per_second"])

    assert {table: count(url, table) for table in ("ingest_events", "error_groups", "projects", "users")} == {
        "ingest_events": 0, "error_groups": 0, "projects": 0, "users": 0,
    }  # fmt: skip


def test_without_json_a_table_is_printed_and_progress_goes_elsewhere(
    bench: Callable[..., Any], postgres_server: Callable[..., str], redis_server: Callable[[], str]
) -> None:
    done = bench(*TINY[1:], "--payload-kb", "18", DATABASE_URL=postgres_server(), REDIS_URL=redis_server())
    assert done.returncode == 0, done.stderr
    for words in ("raw COPY", "null acceptor", "group commit", "one transaction per request", "drained", "peak memory"):
        assert words in done.stdout
    assert "18 KB JSON" in done.stdout
    assert "connections, group commit" in done.stderr


def test_a_database_that_somebody_uses_is_left_alone(
    bench: Callable[..., Any], postgres_server: Callable[..., str]
) -> None:
    url = postgres_server()
    engine = make_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (uuid, email, name, password_hash, application_admin, created_at, updated_at)"
            " VALUES (gen_random_uuid(), 'ana@example.com', 'Ana', '-', false, now(), now())"
        )
    engine.dispose()
    done = bench(*TINY, DATABASE_URL=url, REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert "is in use" in done.stderr
    assert count(url, "users") == 1


def test_without_postgresql_or_redis_it_says_what_is_missing(bench: Callable[..., Any]) -> None:
    done = bench(*TINY)
    assert (done.returncode, "needs PostgreSQL" in done.stderr) == (1, True)
    done = bench(*TINY, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert (done.returncode, "needs Redis" in done.stderr) == (1, True)
    done = bench("--threads", "many")
    assert (done.returncode, "list of numbers" in done.stderr) == (2, True)


@pytest.mark.parametrize("size", SIZES)
def test_events_have_their_size_their_own_identity_and_a_stack(size: str) -> None:
    random = Random(1)
    made = templates(size)
    bodies = [template.fill(serial, random) for serial, template in enumerate(made * 2)]
    assert all(len(body) == pytest.approx(float(size) * 1000, rel=0.03) for body in bodies)
    events = [event_envelope(decode_json(body)) for body in bodies]
    assert len({event["uuid"] for event in events}) == len({event["message"] for event in events}) == len(bodies)
    for event in events:
        check_limits(event)
        assert len(event["context"]["exception"]["frames"]) == FRAMES
    stacks = {json.dumps(event["context"]["exception"]["frames"]) for event in events}
    assert len(stacks) == GROUPS


def test_an_answer_is_complete_when_its_body_is() -> None:
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\nVia: x\r\n\r\n"
    assert [is_complete(head[:30]), is_complete(head), is_complete(head + b"abc"), is_complete(head + b"abcd")] == [
        False, False, False, True,
    ]  # fmt: skip
