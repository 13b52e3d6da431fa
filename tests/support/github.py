"""A server that answers like GitHub's, or not at all like it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ADDRESS = "https://github.com/acme/logister/releases/tag/"


@dataclass
class GitHub:
    """`answer` is what the next requests get; `asked` are path and headers of those that came."""

    base: str
    answer: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def releases(self, tag: str, **values: Any) -> None:
        """Answer with the release of that tag."""
        document = {"tag_name": tag, "name": tag, "html_url": f"{ADDRESS}{tag}"} | values
        self.answer = {"body": json.dumps(document).encode()}

    def answers(self, **answer: Any) -> None:
        """`status`, `headers`, `body`; `silent` says nothing at all, `drips` sends a byte now and then."""
        self.answer = answer


@contextmanager
def github() -> Iterator[GitHub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append((self.path, self.headers))
            answer = there.answer
            if answer.get("silent"):
                there.released.wait(10)
                return
            self.send_response(answer.get("status", 200))
            for name, value in answer.get("headers", {}).items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(answer.get("body", b""))
                while answer.get("drips") and not there.released.wait(0.02):
                    self.wfile.write(b" ")
            except OSError:
                # Whoever asked has gone.
                return

        def log_message(self, *_: Any) -> None:
            """Not into the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there = GitHub(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        there.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
