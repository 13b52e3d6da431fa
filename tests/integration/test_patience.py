"""How long the servers wait for a request, and for how much: with limits so small that a test can reach them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.programs import free_port, start, stop, wait_until
from support.raw import Wire, head
from support.server import SERVERS

PROGRAM = """
import sys
from logister_core.server import arrivals, granian, granian_factory, waitress, waitress_factory

SMALL = dict(HEAD_SECONDS=1, BODY_SECONDS=2, IDLE_SECONDS=4, LOOK_EVERY=1, MEMORY=1_000_000, AT_LEAST_BODIES=0)
for name, value in SMALL.items():
    for module in (arrivals, granian, waitress):
        if hasattr(module, name):
            setattr(module, name, value)

def application(environ, start_response):
    body = environ["wsgi.input"].read()
    assert environ.get("CONTENT_LENGTH", "0") == str(len(body))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]

options = dict(option.split("=") for option in sys.argv[2:])
factory = {"granian": granian_factory, "waitress": waitress_factory}[sys.argv[1]]
factory({}, **options)(application)
"""


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with serving(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


class Small:
    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log

    def wire(self) -> Wire:
        return Wire(self.port)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), self.wire() as wire:
            wire.send(head(None, method="GET"))
            return wire.answer().status == 200
        return False


@contextlib.contextmanager
def serving(kind: str, folder: Path, *options: str) -> Iterator[Small]:
    made = Small(free_port(), folder / "log")
    (folder / "program.py").write_text(PROGRAM)
    command = [sys.executable, folder / "program.py", kind, *options]
    process = start(command, log=made.log, environ={**os.environ, "PORT": str(made.port)})
    try:
        wait_until(made.answers, process, made.log)
        yield made
        assert made.answers()
    finally:
        stop(process)
    assert "Traceback" not in made.log.read_text()


def trickle(wire: Wire, data: bytes, seconds: float) -> None:
    """A byte at a time, for at most so long."""
    end = time.monotonic() + seconds
    for byte in data:
        if time.monotonic() > end:
            return
        wire.send(bytes([byte]))
        time.sleep(0.1)


def test_a_head_that_does_not_come_is_not_waited_for(server: Small) -> None:
    with server.wire() as wire:
        trickle(wire, head(None, "X-Slow: " + "x" * 100), 5)
        assert wire.ended()


@pytest.mark.parametrize("fields", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_body_that_does_not_come_is_answered_and_not_waited_for(server: Small, fields: str) -> None:
    with server.wire() as wire:
        wire.send(head("key", fields))
        trickle(wire, b"1\r\nx\r\n" * 10, 3)
        answer = wire.answer()
        assert (answer.status, answer.json["code"]) == (408, "request_timeout")
        assert wire.ended()


def test_a_connection_without_requests_is_closed(server: Small) -> None:
    with server.wire() as wire:
        wire.send(head(None, method="GET"))
        assert wire.answer().status == 200
        assert wire.ended()


def test_a_slow_head_and_body_within_the_limits_are_waited_for(server: Small) -> None:
    with server.wire() as wire:
        request = head("key", "Content-Length: 5")
        wire.send(request[:-2])
        time.sleep(0.5)
        wire.send(request[-2:])
        trickle(wire, b"hello", 5)
        assert wire.answer().status == 200


def test_when_too_much_is_arriving_the_oldest_is_given_up(server: Small) -> None:
    with ExitStack() as stack:
        wires = [stack.enter_context(server.wire()) for _ in range(3)]
        for wire in wires:
            wire.send(head("key", "Content-Length: 400000") + b" " * 390_000)
            time.sleep(0.1)
        answer = wires[0].answer()
        assert (answer.status, answer.json["code"]) == (503, "overloaded")
        assert int(answer.headers["retry-after"]) > 0
        for wire in wires[1:]:
            wire.send(b" " * 10_000)
            assert wire.answer().status == 200


def test_when_there_are_too_many_connections_waitress_closes_the_quietest(tmp_path: Path) -> None:
    with serving("waitress", tmp_path, "connection_limit=20") as server, ExitStack() as stack:
        quiet = [stack.enter_context(server.wire()) for _ in range(60)]
        with server.wire() as wire:
            wire.send(head(None, method="GET"))
            assert wire.answer().status == 200
        assert quiet[0].ended()
