"""Both servers with one and two processes: every way to send a request, and what happens when processes end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest
from sqlalchemy import func, select

from factories.projects import api_key, project
from logister_core.error_groups.models import ErrorGroup
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from support.instance import Databases
from support.load import Load
from support.programs import ticks
from support.raw import Answer, Wire, chunked, event, head, post
from support.server import SERVERS, Installation, running

TWO_MIB = 2_097_152
TOO_LARGE = {"error": "telemetry request exceeds 2097152 bytes", "code": "request_bytes", "limit": TWO_MIB}


@pytest.fixture(
    scope="module",
    params=[(server, count) for server in SERVERS for count in (1, 2)],
    ids=lambda both: "{}-{}".format(*both),
)
def installation(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """On SQLite with background work inside; every test leaves it running."""
    server, count = request.param
    folder = tmp_path_factory.mktemp("installation")
    with running(databases, "sqlite", folder, server=server, WEB_CONCURRENCY=str(count)) as started:
        yield started


@pytest.fixture
def shop(installation: Installation) -> Project:
    return project(installation.site)


@pytest.fixture
def token(installation: Installation, shop: Project) -> str:
    return api_key(installation.site, shop)


@pytest.fixture
def wire(installation: Installation) -> Iterator[Wire]:
    with Wire(installation.web.port) as connection:
        yield connection


@pytest.fixture
def two(installation: Installation) -> list[psutil.Process]:
    """The processes; skipped where there is one."""
    processes = installation.web.processes()
    if len(processes) == 1:
        pytest.skip("one process")
    return processes


def suspend(installation: Installation, process: psutil.Process) -> None:
    """Between two of its transactions: one that is away in the middle of one would keep SQLite's only lock."""
    with installation.site.write() as db:
        db.connection()
        process.suspend()


def messages(installation: Installation, shop: Project) -> list[str | None]:
    with installation.site.read() as db:
        wanted = select(IngestEvent.message).where(IngestEvent.project_id == shop.id).order_by(IngestEvent.id)
        return list(db.scalars(wanted))


def test_one_connection_carries_requests_of_every_kind(
    installation: Installation, shop: Project, token: str, wire: Wire
) -> None:
    wire.send(post(token, event(message="length")))
    assert wire.answer().status == 201
    wire.send(head(token, "Transfer-Encoding: chunked") + chunked(event(message="chunked"), size=7))
    assert wire.answer().status == 201
    body = event(message="expect")
    wire.send(head(token, f"Content-Length: {len(body)}", "Expect: 100-continue"))
    assert wire.answer().status == 100
    wire.send(body)
    assert wire.answer().status == 201
    wire.send(post(token, event(message="first of two")) + post(token, event(message="second of two")))
    assert [wire.answer().status, wire.answer().status] == [201, 201]
    wire.send(head(None, path="/up", method="GET"))
    assert wire.answer().body == b"up\n"
    wire.send(head(token, "Content-Length: 0"))
    assert wire.answer().status == 400
    wire.send(post(token, event(message="last"), "Connection: close"))
    assert wire.answer().status == 201
    assert wire.ended()
    assert messages(installation, shop) == ["length", "chunked", "expect", "first of two", "second of two", "last"]


def test_a_page_comes_whole_and_a_client_of_old_is_understood(wire: Wire) -> None:
    wire.send(head(None, path="/users/sign_in", method="GET", version="1.0"))
    page = wire.answer()
    assert page.status == 200
    assert page.body.rstrip().endswith(b"</html>")
    assert wire.ended()


def test_a_static_file_comes_whole_and_only_its_head_when_asked_so(wire: Wire) -> None:
    wire.send(head(None, path="/static/styles/components.css", method="GET"))
    assert len(wire.answer().body) > 5000
    wire.send(head(None, path="/up", method="HEAD") + head(None, path="/up", method="GET"))
    assert wire.answer(body=False).headers["content-length"] == "3"
    assert wire.answer().body == b"up\n"


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_case_10_09_a_body_one_byte_too_long_is_refused_as_the_contract_says(
    token: str, wire: Wire, declared: bool
) -> None:
    body = b" " * (TWO_MIB + 1)
    wire.send(post(token, body) if declared else head(token, "Transfer-Encoding: chunked") + chunked(body))
    assert_too_large(wire.answer())
    # And one of exactly the limit is read.
    with Wire(wire.socket.getpeername()[1]) as another:
        whole = event(message="x").ljust(TWO_MIB)
        another.send(post(token, whole) if declared else head(token, "Transfer-Encoding: chunked") + chunked(whole))
        assert another.answer().status == 201


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_a_body_much_too_long_gets_the_same_answer_and_is_not_read(token: str, wire: Wire, declared: bool) -> None:
    wire.send(head(token, "Content-Length: 1000000000000" if declared else "Transfer-Encoding: chunked"))
    if not declared:
        piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        for _ in range(50):
            wire.send(piece)
    assert_too_large(wire.answer())
    assert wire.ended()


def assert_too_large(answer: Answer) -> None:
    assert answer.status == 413
    assert answer.headers["content-type"].startswith("application/json")
    assert TOO_LARGE.items() <= answer.json.items()


@pytest.mark.parametrize(
    "lie",
    [
        b"5\r\nhello, too long\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"fffffffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"1;" + b"e" * 60_000 + b"\r\nx\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_lie_are_refused_as_json(
    installation: Installation, shop: Project, token: str, wire: Wire, lie: bytes
) -> None:
    # Something that would be accepted comes first, so that what breaks off must not pass for it.
    wire.send(head(token, "Transfer-Encoding: chunked") + chunked(event())[:-5] + lie)
    answer = wire.answer()
    # Of a chunk that is too large both may be said.
    assert (answer.status, answer.json["code"]) in [(400, "bad_request"), (413, "request_bytes")]
    assert wire.ended()
    assert messages(installation, shop) == []


@pytest.mark.parametrize("fields", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one(
    installation: Installation, shop: Project, token: str, wire: Wire, fields: str
) -> None:
    body = event()
    wire.send(head(token, fields) + (body if "Length" in fields else chunked(body)[:-5]))
    wire.socket.shutdown(socket.SHUT_WR)
    # An answer is not owed to whoever does not wait for it.
    assert wire.ended()
    with Wire(installation.web.port) as another:
        another.send(post(token, event(message="afterwards")))
        assert another.answer().status == 201
    assert messages(installation, shop) == ["afterwards"]


def test_both_processes_answer_and_work_is_done_once(
    installation: Installation, two: list[psutil.Process], shop: Project, token: str
) -> None:
    first, second = two
    with ExitStack() as stack:
        # Whoever works is away: the other one answers, and what is to be done waits for the first.
        suspend(installation, first)
        stack.callback(first.resume)
        with Wire(installation.web.port) as wire:
            for _ in range(20):
                wire.send(post(token, event(event_type="error")))
                assert wire.answer().status == 201
        assert installation.unfinished()
    installation.settle()
    with ExitStack() as stack:
        suspend(installation, second)
        stack.callback(second.resume)
        with Wire(installation.web.port) as wire:
            wire.send(post(token, event(event_type="error")))
            assert wire.answer().status == 201
        installation.settle()
    with installation.site.read() as db:
        counted = db.scalar(select(func.sum(ErrorGroup.occurrence_count)).where(ErrorGroup.project_id == shop.id))
    assert counted == 21


@pytest.mark.parametrize("number", [0, 1])
def test_a_killed_process_is_replaced(
    installation: Installation, two: list[psutil.Process], token: str, number: int
) -> None:
    with Load(installation.web.url, token) as load:
        load.more(30)
        two[number].kill()
        for _ in ticks(30):
            now = installation.web.processes()
            if len(now) == 2 and two[number] not in now:
                break
        # What the killed one held is due now; the requests that follow wake whoever delivers.
        installation.make_due()
        load.more(30)
    assert load.refused == []
    installation.settle()


def test_processes_end_when_their_parent_was_killed_and_the_port_is_free(
    installation: Installation, two: list[psutil.Process], token: str
) -> None:
    parent = two[0].parent()
    assert parent is not None
    parent.kill()
    _, alive = psutil.wait_procs(two, timeout=20)
    assert alive == []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", installation.web.port))
    assert installation.web.stop() == -signal.SIGKILL
    installation.web.start()
    with Wire(installation.web.port) as wire:
        wire.send(post(token, event()))
        assert wire.answer().status == 201


def test_it_ends_in_order_under_load(installation: Installation, token: str) -> None:
    with Load(installation.web.url, token) as load:
        load.more(30)
        # To all of them at once, as a service manager does.
        installation.web.signal(signal.SIGTERM)
        assert installation.web.stop() == 0
        installation.web.start()
        load.more(30)
    assert load.refused == []
    installation.settle()
    assert "Traceback" not in installation.web.output()
