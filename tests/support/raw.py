"""HTTP as bytes, for requests that no client library would send."""

from __future__ import annotations

import contextlib
import json
import socket
from dataclasses import dataclass
from typing import Any

PATH = "/api/v1/ingest_events"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection."""

    def __init__(self, port: int, seconds: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        """What the server does not take any more is left out: its answer says why."""
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(data)

    def answer(self, *, body: bool = True) -> Answer:
        """The next one, interim answers as well; one to HEAD has no `body`. Raises ConnectionError without one."""
        line = self._file.readline()
        if not line:
            raise ConnectionError("closed without an answer")
        headers: dict[str, str] = {}
        while (field := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = field.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        content = self._file.read(int(headers.get("content-length", 0))) if body else b""
        return Answer(int(line.split()[1]), headers, content)

    def ended(self) -> bool:
        """Whether the server ends the connection before our patience ends, whatever it says until then."""
        try:
            while self._file.read1(65_536):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False


def head(token: str | None, *fields: str, path: str = PATH, method: str = "POST", version: str = "1.1") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost"]
    if token is not None:
        lines += [f"Authorization: Bearer {token}", "Content-Type: application/json"]
    return "\r\n".join([*lines, *fields, "", ""]).encode()


def event(**fields: Any) -> bytes:
    return json.dumps({"event": {"event_type": "log", "message": "hello"} | fields}).encode()


def chunked(body: bytes, size: int = 16_384) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def post(token: str, body: bytes, *fields: str) -> bytes:
    """A whole request of known length."""
    return head(token, f"Content-Length: {len(body)}", *fields) + body
