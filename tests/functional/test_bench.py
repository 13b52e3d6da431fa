"""The benchmark as a program: its figures are there and agree with each other. How large they are is not tested."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from logister_core.bench.payload import GROUPS
from logister_core.db.engine import make_engine
from logister_core.db.migrate import upgrade

TINY = (
    "--quick",
    "--seconds",
    "0.3",
    "--threads",
    "4,8",
    "--connections",
    "8",
    "--batch-connections",
    "2",
    "--stored",
    "20",
)


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


@pytest.mark.soak
def test_a_tiny_run_prints_and_saves_every_figure_and_leaves_nothing_behind(
    bench: Callable[..., Any], postgres_server: Callable[..., str], redis_server: Callable[[], str], tmp_path: Path
) -> None:
    url = postgres_server()
    options = ("--save", "figures.json", *TINY, "--servers", "granian", "--soak-minutes", "0.02")
    done = bench(*options, DATABASE_URL=url, REDIS_URL=redis_server())
    assert done.returncode == 0, done.stderr
    for words in (
        "raw COPY",
        "null acceptor",
        "group commit",
        "one worker grouped",
        "18 KB gzip batches",
        "p99 in times",
    ):
        assert words in done.stdout
    assert "waitress" not in done.stdout
    assert "Saved as figures.json" in done.stderr
    assert "granian, 1 × 8 threads: " in done.stderr
    assert re.search(r"granian, 1 × [48] threads, 18 KB singles, group commit: ", done.stderr)
    found = json.loads((tmp_path / "figures.json").read_text())

    assert [(figure["size"], figure["kind"], figure["twin"]) for figure in found["accepted"]] == [
        ("2.9", "singles", "null"),
        ("2.9", "singles", "group"),
        ("2.9", "singles", "beside"),
        ("2.9", "singles", "sqlite"),
        ("2.9", "singles", "request"),
        ("2.9", "batches", "null"),
        ("2.9", "batches", "group"),
        ("2.9", "batches", "beside"),
        ("18", "singles", "null"),
        ("18", "singles", "group"),
        ("18", "batches", "null"),
        ("18", "batches", "group"),
    ]
    for figure in found["accepted"]:
        assert figure["per_second"] > 0
        assert figure["web_cpu_us"] > 0
        assert figure["setup"] in [{"server": "granian", "processes": 1, "threads": threads} for threads in (4, 8)]
        assert 0 < figure["p50_ms"] <= figure["p99_ms"]
        assert (figure["per_transaction"] is None) == (figure["twin"] == "null")
        assert (figure["lag_seconds"] is None) == (figure["twin"] != "beside")
        if figure["twin"] == "request":
            assert figure["per_transaction"] == 1.0
        if figure["twin"] == "group":
            assert figure["per_transaction"] >= (100 if figure["kind"] == "batches" else 1)
    assert found["raw_copy"]["per_second"] > 0
    assert found["load_generator"]["per_second"] > 0
    assert found["drained"]["events"] > 0
    assert 0 < found["drained"]["groups"] <= GROUPS
    assert found["room"]["events"] >= 20
    assert set(found["room"]["by_table"]) == {
        "ingest_events",
        "telemetry_identities",
        "telemetry_batches",
        "telemetry_deliveries",
        "telemetry_dictionaries",
    }
    # The project's dictionary is as old as the first figure.
    assert found["room"]["by_table"].pop("telemetry_dictionaries") >= 0
    assert all(size > 0 for size in found["room"]["by_table"].values())
    [memory] = found["memory"]
    assert memory["early"] > 10_000_000
    by_words = {bar["words"]: bar for bar in found["bars"]}
    assert len(by_words) == len(found["bars"]) == 13
    share = by_words["granian, 2.9 KB gzip batches of 100: share of the null acceptor's rate"]
    null, group = found["accepted"][5:7]
    assert share["figure"] == pytest.approx(group["per_second"] / null["per_second"])
    assert share["met"] == (share["figure"] >= share["limit"])

    assert {table: count(url, table) for table in ("ingest_events", "error_groups", "projects", "users")} == {
        "ingest_events": 0, "error_groups": 0, "projects": 0, "users": 0,
    }  # fmt: skip


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
    done = bench("--servers", "waitress,apache")
    assert (done.returncode, "list of waitress and granian" in done.stderr) == (2, True)


def test_pages_of_a_filled_database_are_measured_on_both_databases(
    bench: Callable[..., Any], postgres_server: Callable[..., str]
) -> None:
    url = postgres_server()
    size = ("--events", "2000", "--groups", "400", "--projects", "3", "--repeats", "4", "--rest", "0")
    done = bench("pages", "--json", *size, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [(result["database"], result["size"]["events"]) for result in results] == [
        ("PostgreSQL", 2000),
        ("SQLite", 200),
    ]
    for result in results:
        assert len(result["pages"]) >= 10
        for page in result["pages"]:
            assert 0 < page["p50_ms"] <= page["p95_ms"]
            assert page["met"] == (page["p95_ms"] < 100)
            # However often and for whatever page of the kind it is asked; a search may stop early.
            assert len(page["statements"]) == 1 or "search" in page["page"] or "detail" in page["page"]
    assert count(url, "ingest_events") == count(url, "projects") == count(url, "users") == 0
