"""A database that does not answer holds up one attempt at a time, and nobody else."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from logister_core.db.connecting import PAUSE, Connecting
from logister_core.db.engine import make_engine


class Away(Exception):
    pass


class Database:
    """A dialect whose database is away until `back` is set."""

    def __init__(self) -> None:
        self.attempts = 0
        self.back = False
        self.loaded_dbapi = SimpleNamespace(OperationalError=Away)

    def connect(self) -> str:
        self.attempts += 1
        if not self.back:
            raise Away("refused")
        return "connection"


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def connect(clock: Time) -> Connecting:
    return Connecting(clock)


def test_while_it_is_away_nobody_asks_again_too_soon(connect: Connecting, clock: Time):
    database = Database()
    for _ in range(5):
        with pytest.raises(Away):
            connect(database, None, (), {})
    assert database.attempts == 1
    clock.now += PAUSE
    with pytest.raises(Away, match="refused"):
        connect(database, None, (), {})
    assert database.attempts == 2


def test_when_it_is_back_everybody_connects(connect: Connecting, clock: Time):
    database = Database()
    with pytest.raises(Away):
        connect(database, None, (), {})
    database.back = True
    clock.now += PAUSE
    assert [connect(database, None, (), {}) for _ in range(3)] == ["connection"] * 3


def test_during_an_attempt_others_are_told_at_once(connect: Connecting, clock: Time):
    database = Database()

    class Slow(Database):
        def connect(self) -> str:
            with pytest.raises(Away, match="a moment ago"):
                connect(database, None, (), {})
            return super().connect()

    with pytest.raises(Away):
        connect(database, None, (), {})
    clock.now += PAUSE
    with pytest.raises(Away, match="refused"):
        connect(Slow(), None, (), {})
    assert database.attempts == 1


def test_a_silent_host_holds_up_those_who_come_first_for_a_moment_and_nobody_after(silent: int):
    engine = make_engine(f"postgresql+psycopg://nobody@127.0.0.1:{silent}/none", pool_size=8)

    def ask(_: Any) -> float:
        started = time.monotonic()
        with pytest.raises(OperationalError):
            engine.connect()
        return time.monotonic() - started

    with ThreadPoolExecutor(8) as threads:
        assert max(threads.map(ask, range(8))) < 10
        # Eight in turn would take as many times longer.
        assert max(threads.map(ask, range(64))) < 1


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where connections are taken and nothing is said."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        yield listening.getsockname()[1]
