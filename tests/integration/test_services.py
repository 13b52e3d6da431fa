"""The servers that tests run against start, give fresh databases, and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis as redis_client

from support import postgres, redis
from support.programs import Account, MissingService, ticks

TESTS = Path(__file__).parents[1]


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))


def test_every_call_gives_a_fresh_postgresql_database(postgres_server):
    first, second = postgres_server(), postgres_server()
    with connect(first) as connection:
        connection.execute("CREATE TABLE seen (id int)")
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    with connect(second) as connection:
        assert connection.execute("SELECT to_regclass('seen')").fetchone() == (None,)


def test_every_call_gives_an_empty_redis_database(redis_server):
    first = redis_server()
    with redis_client.Redis.from_url(first) as client:
        client.set("seen", 1)
    with redis_client.Redis.from_url(redis_server()) as client:
        assert client.dbsize() == 0


@pytest.mark.parametrize("find", [postgres.installed_programs, postgres.wheel_programs])
def test_a_private_postgresql_starts_from_installed_programs_and_from_the_wheel(find, monkeypatch):
    programs = find()
    if find is postgres.installed_programs and programs is None:
        assert postgres.find_programs() == postgres.wheel_programs()
        return
    monkeypatch.setattr(postgres, "find_programs", lambda: programs)
    with postgres.postgres() as server, connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
        (major,) = connection.execute("SELECT current_setting('server_version_num')::int / 10000").fetchone()
        assert major >= 15
        process = psutil.Process(connection.info.backend_pid).parent()
        assert process.uids().real != 0
    assert not process.is_running()


def test_a_durable_postgresql_waits_for_the_disk():
    with postgres.postgres(durable=True) as server, connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands a server to another account")
def test_programs_below_a_closed_folder_are_copied_to_where_the_account_reaches_them(tmp_path: Path):
    account = Account.unprivileged()
    closed = tmp_path / "closed"
    (closed / "bin").mkdir(parents=True)
    (closed / "bin" / "initdb").write_text("#!/bin/sh\nexit 0\n")
    (closed / "bin" / "initdb").chmod(0o700)
    closed.chmod(0o700)
    assert not account.can_reach(closed / "bin" / "initdb")
    reachable = postgres._reachable(closed / "bin", tmp_path, account)
    assert reachable == tmp_path / "programs" / "bin"
    assert (reachable / "initdb").stat().st_uid == account.uid


def test_a_postgresql_that_does_not_answer_is_an_error_that_names_the_variable():
    with (
        pytest.raises(MissingService, match="TEST_DATABASE_URL or DATABASE_URL does not answer"),
        postgres.postgres("postgresql://nobody@127.0.0.1:9/none"),
    ):
        pass


def test_a_redis_that_does_not_answer_is_an_error_that_names_the_variable():
    with (
        pytest.raises(MissingService, match="TEST_REDIS_URL or REDIS_URL does not answer"),
        redis.redis_url("redis://127.0.0.1:9/0"),
    ):
        pass


@pytest.mark.parametrize("find", [redis.installed_program, redis.wheel_program])
def test_a_private_redis_can_be_killed_and_started_again_on_its_port(find, monkeypatch):
    program = find()
    if find is redis.installed_program and program is None:
        assert redis.find_program() == redis.wheel_program()
        return
    monkeypatch.setattr(redis, "find_program", lambda: program)
    with redis.RedisServer() as server:
        client = redis_client.Redis.from_url(server.url)
        client.set("seen", 1)
        server.kill()
        with pytest.raises(redis_client.ConnectionError):
            client.ping()
        server.start()
        assert client.dbsize() == 0
    with pytest.raises(redis_client.ConnectionError):
        client.ping()
    client.close()


def test_a_redis_database_that_holds_something_is_left_alone():
    with redis.RedisServer() as server, redis_client.Redis.from_url(server.url) as client:
        client.set("precious", 1)
        databases = redis.RedisDatabases(server.url)
        assert databases() != server.url
        databases.empty_all()
        assert client.get("precious") == b"1"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 7), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_command_run_with_services_leaves_none_behind_however_it_ends(open_folder: Path, number, status):
    started = open_folder / "started"
    command = (
        "import os, pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(7))\n"
        "assert os.environ['TEST_DATABASE_URL'] and os.environ['TEST_REDIS_URL']\n"
        f"pathlib.Path({str(started)!r}).touch()\n"
        "time.sleep(60)\n"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    environ |= {"PYTHONPATH": str(TESTS), "CI": "", "TMPDIR": str(open_folder)}
    runner = subprocess.Popen(
        [sys.executable, "-m", "support", sys.executable, "-c", command], env=environ, start_new_session=True
    )
    for _ in ticks(60):
        if started.exists():
            break
    servers = [child for child in psutil.Process(runner.pid).children() if "python" not in child.name()]
    assert len(servers) == 2
    # Ctrl-C reaches the runner and the command; the other signals reach the runner alone.
    if number is signal.SIGINT:
        os.killpg(runner.pid, number)
    else:
        runner.send_signal(number)
    assert runner.wait(30) == status
    _, alive = psutil.wait_procs(servers, timeout=20)
    assert alive == []
    if number is signal.SIGKILL:
        os.killpg(runner.pid, signal.SIGKILL)
    else:
        assert list(open_folder.iterdir()) == [started]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a server's own account can enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
