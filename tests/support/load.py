"""Programs that keep sending errors, whatever happens to the server, and remember what they were promised."""

from __future__ import annotations

import http.client
import json
import threading
import time
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

    An answer other than 2xx goes to `refused`. When a connection breaks, every other event is sent again with its
    uuid, as the clients do, and the rest are given up.
    """

    def __init__(self, url: str, token: str) -> None:
        self._address = urlsplit(url).netloc
        self._token = token
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(_THREADS)]
        self.sent: dict[str, int] = {}
        self.acknowledged: dict[str, int] = {}
        self.broken = 0
        self.refused: list[tuple[int, bytes]] = []
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

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=20)
        number = 0
        while not self._stopping.wait(_PAUSE):
            number += 1
            group, uuid = number % GROUPS, str(uuid4())
            self.sent[uuid] = group
            while not self._stopping.is_set() and not self._send(connection, uuid, group) and number % 2:
                self._stopping.wait(0.05)
        connection.close()

    def _send(self, connection: http.client.HTTPConnection, uuid: str, group: int) -> bool:
        """Whether there was an answer."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        started = time.perf_counter()
        try:
            connection.request("POST", "/api/v1/ingest_events", json.dumps({"event": error_of(group, uuid)}), headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.broken += 1
            return False
        self.slowest = max(self.slowest, time.perf_counter() - started)
        if response.status in (200, 201):
            self.acknowledged[uuid] = group
        else:
            self.refused.append((response.status, body))
        return True
