"""`logister serve` as a stranger runs it: in an empty folder, without any configuration."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from support.programs import free_port, ticks
from support.server import INI, Program, Web

LOGISTER = Path(sys.executable).with_name("logister")
LINK = re.compile(r"http://localhost:\d+/setup\?token=\S+")


def test_a_first_start_answers_prints_the_set_up_link_and_ends_in_order(serve: Callable[..., Web]):
    server = serve()
    with urlopen(f"{server.url}/up") as answer:
        assert answer.read() == b"up\n"
    [link] = set(LINK.findall(server.output()))
    assert f":{server.port}/" in link
    with urlopen(link.replace("localhost", "127.0.0.1")) as page:
        assert page.status == 200
    assert server.stop() == 0
    assert "Traceback" not in server.output()


def test_starting_again_continues_where_it_ended(serve: Callable[..., Web], console: Callable[..., Any]):
    server = serve()
    link = LINK.findall(server.output())
    console("user", "create", "--email", "ana@example.com", "--name", "Ana", "--password-stdin")
    project = console("project", "create", "--name", "Shop", "--owner", "ana@example.com")
    key = console("api-key", "create", "--project", project["uuid"], "--name", "tests")
    assert post_event(server, key["token"]) == 201
    assert server.stop() == 0

    server.start()
    assert LINK.findall(server.output()) == link * 2
    assert post_event(server, key["token"]) == 201
    wait_until_grouped(server, occurrences=2)
    assert server.stop() == 0


def test_ctrl_c_ends_it_in_order(serve: Callable[..., Web]):
    server = serve()
    server.signal(signal.SIGINT)
    server._process.wait(20)
    assert server.stop() == 0
    assert "Traceback" not in server.output()


def test_an_administrator_made_on_the_console_closes_the_set_up(serve: Callable[..., Web], console: Callable[..., Any]):
    console("user", "create", "--email", "ana@example.com", "--name", "Ana", "--admin", "--password-stdin")
    assert LINK.findall(serve().output()) == []


def test_it_serves_the_ini_file_of_the_folder_on_the_port_of_the_option(tmp_path: Path):
    shutil.copy(INI, tmp_path)
    port = free_port()
    server = OnPort(tmp_path, port, "--json")
    server.start()
    try:
        first = json.loads(server.output().splitlines()[0])
        assert first == {"address": f"http://localhost:{port}", "port": port, "pid": server._process.pid}
    finally:
        assert server.stop() == 0
    assert (tmp_path / "var" / "logister.db").exists()


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [LOGISTER, "serve", "--port", str(taken.getsockname()[1])],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


class OnPort(Program):
    """`logister serve --port …`."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        super().__init__("serve", [LOGISTER, "serve", "--port", str(port), *options], folder, {})
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    ready = Web.ready


def post_event(server: Web, token: str) -> int:
    body = json.dumps({"event": {"event_type": "error", "message": "boom"}}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urlopen(Request(f"{server.url}/api/v1/ingest_events", body, headers)) as answer:
        return int(answer.status)


def wait_until_grouped(server: Web, *, occurrences: int) -> None:
    database = server.log.parent / "var" / "logister.db"
    for _ in ticks(30):
        with sqlite3.connect(database) as connection:
            found = connection.execute("SELECT occurrence_count FROM error_groups").fetchall()
        connection.close()
        if found == [(occurrences,)]:
            return


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[], Web]]:
    """Start it in the empty folder."""
    started: list[Web] = []

    def start() -> Web:
        server = Web(tmp_path, {})
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def console(tmp_path: Path) -> Callable[..., Any]:
    """Run another command in the same folder; its answer. Passwords are good ones."""

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [LOGISTER, *arguments, "--json"],
            cwd=tmp_path,
            input="correct horse battery\n",
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return json.loads(done.stdout)

    return run
