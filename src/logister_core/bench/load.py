"""The load generator: `python -m logister_core.bench.load` with a `Load` as JSON on standard input.

Each connection sends a request, waits for its whole answer, sends the next. One thread with a selector, request bytes
put together from prepared parts: what it costs is given with each result (`cpu_us`), and what it can do at most is
what `bare` answers it. With 64 connections on two cores of 2.8 GHz that was 46,000 requests of 2.9 KB a second, 12 µs
each, so it is not what limits a server that needs some hundred. Prints a `LoadResult` as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass
from random import Random

from logister_core.bench.parcels import KINDS, requests

# Seconds without any answer after which the server counts as stuck.
PATIENCE = 30.0


@dataclass(frozen=True)
class Load:
    """What to send where. `warm_up` and `seconds` follow each other; only answers in the latter are counted."""

    port: int
    kind: str
    """One of `parcels.KINDS`."""
    path: str
    token: str
    connections: int
    warm_up: float
    seconds: float
    size: str
    seed: int


@dataclass(frozen=True)
class LoadResult:
    events: int
    """In requests that were answered in the measured seconds."""
    seconds: float
    accepted: int
    """Events of all good answers, warm-up and the last ones included."""
    refused: dict[str, int]
    """Other statuses, whole run."""
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """What the generator itself used per event."""

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


class _Connection:
    __slots__ = ("buffer", "sent_at", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent_at = 0.0


class Generator:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._random = Random(load.seed)  # noqa: S311 - UUIDs of made-up events
        self._kind = KINDS[load.kind]
        self._requests = requests(self._kind, load.size, path=load.path, port=load.port, token=load.token)
        self._serial = 0
        self._statuses: Counter[str] = Counter()
        self._waits: list[float] = []

    def run(self) -> LoadResult:
        selector = selectors.DefaultSelector()
        for _ in range(self._load.connections):
            connection = _Connection(self._load.port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            self._send(connection)
        begin = time.perf_counter() + self._load.warm_up
        self._until(selector, begin)
        self._waits.clear()
        cpu = time.process_time()
        begin = time.perf_counter()
        self._until(selector, begin + self._load.seconds, least=1)
        seconds = time.perf_counter() - begin
        cpu = time.process_time() - cpu
        waits = sorted(self._waits)
        self._finish(selector)
        events = len(waits) * self._kind.events
        return LoadResult(
            events=events,
            seconds=seconds,
            accepted=self._statuses.pop(self._kind.status, 0) * self._kind.events,
            refused=dict(self._statuses),
            p50_ms=_share(waits, 0.5) * 1000,
            p99_ms=_share(waits, 0.99) * 1000,
            cpu_us=cpu / max(events, 1) * 1e6,
        )

    def _until(self, selector: selectors.BaseSelector, end: float, least: int = 0) -> None:
        """Answer what is answered with the next request until `end`, and until there were `least` answers."""
        quiet_since = now = time.perf_counter()
        while now < end or len(self._waits) < least:
            for key, _ in selector.select(min(max(end - now, 0.1), 1.0)):
                if self._receive(key.data):
                    self._send(key.data)
                quiet_since = now
            now = time.perf_counter()
            if now - quiet_since > PATIENCE:
                raise TimeoutError("the server has stopped answering")

    def _finish(self, selector: selectors.BaseSelector) -> None:
        """Take the answers that are still to come: what is answered must be stored, so it has to be counted."""
        while selector.get_map():
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError("the server has stopped answering")
            for key, _ in ready:
                if self._receive(key.data):
                    selector.unregister(key.data.socket)
                    key.data.socket.close()

    def _send(self, connection: _Connection) -> None:
        self._serial += 1
        request = self._requests[self._serial % len(self._requests)].fill(self._serial, self._random)
        connection.sent_at = time.perf_counter()
        connection.socket.sendall(request)

    def _receive(self, connection: _Connection) -> bool:
        """Read what is there; whether the answer is complete."""
        data = connection.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed a connection")
        if connection.buffer:
            data = connection.buffer + data
        if not is_complete(data):
            connection.buffer = data
            return False
        connection.buffer = b""
        self._waits.append(time.perf_counter() - connection.sent_at)
        self._statuses[data[9:12].decode()] += 1
        return True


def is_complete(message: bytes) -> bool:
    """Whether an HTTP message with a Content-Length has arrived in full."""
    end = message.find(b"\r\n\r\n")
    if end < 0:
        return False
    start = message.lower().find(b"content-length:", 0, end) + 15
    return len(message) >= end + 4 + int(message[start : message.find(b"\r", start)])


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


if __name__ == "__main__":
    result = Generator(Load(**json.load(sys.stdin))).run()
    print(json.dumps(dataclasses.asdict(result)))  # noqa: T201 - the program's answer
