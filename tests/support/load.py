"""Programs that keep sending errors, whatever happens to the server, and remember what they were promised."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from .programs import ticks

GROUPS = 5
_THREADS = 3
# Between two events of a thread, seconds: steady load, not as much as two cores can carry.
_PAUSE = 0.005


def error_of(group: int, uuid: str) -> dict[str, Any]:
    """An error that the default strategy puts into the group of its number."""
    frames = [{"filename": f"shop/part{group}.py", "lineno": 10, "name": "work", "line": "charge()"}]
    exception = {"class": f"Trouble{group}", "message": "trouble", "frames": frames}
    return {"uuid": uuid, "event_type": "error", "message": f"trouble {group}", "context": {"exception": exception}}


class Load:
    """`sent` and `acknowledged` lead from an event's uuid to its group; `slowest` is in seconds.

    An answer other than 2xx goes to `refused`, with its headers and when it came. When a connection breaks, every
    other request is sent again with its uuids, as the clients do, and the rest are given up.
    """

    def __init__(self, url: str, token: str, *, threads: int = _THREADS) -> None:
        self._address = urlsplit(url).netloc
        self._token = token
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        self.sent: dict[str, int] = {}
        self.acknowledged: dict[str, int] = {}
        self.broken = 0
        self.refused: list[tuple[int, bytes]] = []
        self.headers: list[http.client.HTTPMessage] = []
        # of those that were refused
        self.slowest = 0.0

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let the requests being answered end, and send no more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def more(self, events: int, seconds: float = 25) -> None:
        """Wait until `events` more were acknowledged."""
        wanted = len(self.acknowledged) + events
        for _ in ticks(seconds):
            if len(self.acknowledged) >= wanted:
                return

    def more_refused(self, requests: int, seconds: float = 25) -> None:
        """Wait until `requests` more were refused."""
        wanted = len(self.refused) + requests
        for _ in ticks(seconds):
            if len(self.refused) >= wanted:
                return

    def parcel(self, number: int) -> Parcel:
        """What the request of this number sends."""
        group, uuid = number % GROUPS, str(uuid4())
        body = json.dumps({"event": error_of(group, uuid)}).encode()
        return Parcel("/api/v1/ingest_events", {uuid: group}, body, {"Content-Type": "application/json"})

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=20)
        number = 0
        while not self._stopping.wait(_PAUSE):
            number += 1
            parcel = self.parcel(number)
            self.sent |= parcel.groups
            while not self._stopping.is_set() and not self._send(connection, parcel) and number % 2:
                self._stopping.wait(0.05)
        connection.close()

    def _send(self, connection: http.client.HTTPConnection, parcel: Parcel) -> bool:
        """Whether there was an answer."""
        headers = {"Authorization": f"Bearer {self._token}", **parcel.headers}
        started = time.perf_counter()
        try:
            connection.request("POST", parcel.path, parcel.body, headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.broken += 1
            return False
        self.slowest = max(self.slowest, time.perf_counter() - started)
        if response.status in (200, 201, 202):
            self.acknowledged |= parcel.groups
        else:
            self.headers.append(response.headers)
            self.refused.append((response.status, body))
        return True


@dataclass
class Parcel:
    path: str
    groups: dict[str, int]
    body: bytes
    headers: dict[str, str]


class Batches(Load):
    """Batches as the clients send them: lines, compressed. `batches` are the uuids of each."""

    def __init__(self, url: str, token: str, *, threads: int = _THREADS, events: int = 20, padding: int = 0) -> None:
        super().__init__(url, token, threads=threads)
        self._events = events
        self._padding = padding
        self.batches: list[list[str]] = []

    def parcel(self, number: int) -> Parcel:
        groups = {str(uuid4()): (number + place) % GROUPS for place in range(self._events)}
        self.batches.append(list(groups))
        events = [error_of(group, uuid) for uuid, group in groups.items()]
        for event in events:
            # Random, so that it stays as large when it is stored.
            event["context"]["padding"] = os.urandom(self._padding // 2).hex()
        lines = b"\n".join(json.dumps({"event": event}).encode() for event in events)
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        return Parcel("/api/v1/ingest_events/batch", groups, gzip.compress(lines, 1), headers)
