"""From granian's requests to the WSGI application and back.

Granian's own WSGI interface reads the body in the thread that runs the application: a handful of slow clients occupy
all of them, nothing limits their time, and a body that breaks off looks complete. So its asynchronous interface
(RSGI) is used, without an event loop: what granian would schedule on one is called at once, in the thread of
granian's pool that reports it. A request occupies no thread while its body is arriving.
"""

from __future__ import annotations

import functools
import io
import itertools
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from granian._granian import CallbackScheduler

from logister_core.server.arrivals import Arrivals
from logister_core.server.common import WSGIApplication
from logister_core.server.refusals import Refusals

logger = logging.getLogger(__name__)

_ENVIRON = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}


class _Calls:
    """What granian takes for an event loop."""

    def call_soon(self, callback: Callable[..., Any], *arguments: Any, context: Any = None) -> None:
        callback(*arguments)

    call_soon_threadsafe = call_soon


class Front:
    """What all requests of a process share. `peer` replaces the address of clients that have none."""

    def __init__(
        self, app: WSGIApplication, arrivals: Arrivals, refusals: Refusals, largest: int, peer: str | None
    ) -> None:
        self.app = app
        self.arrivals = arrivals
        self.refusals = refusals
        self.largest = largest
        self.peer = peer
        self.calls = _Calls()

    def scheduler(self) -> Any:
        """What granian calls with each request."""

        class Scheduler(CallbackScheduler):
            def __new__(cls, front: Front) -> Scheduler:
                make: Any = super().__new__
                made: Scheduler = make(cls, front.calls, None, None, None, None)
                return made

            def __init__(self, front: Front) -> None:
                self._schedule_fn = lambda watcher: _begin(front, watcher)

        return Scheduler(self)


def _begin(front: Front, watcher: Any) -> None:
    try:
        Request(front, watcher).begin()
    except Exception:
        logger.exception("server.request_failed")
        # Answers 500 unless there was an answer.
        watcher.done()


class Request:
    """One request, from the end of its head to its answer."""

    __slots__ = ("_empty", "_front", "_future", "_pieces", "_protocol", "_scope", "_size")

    def __init__(self, front: Front, watcher: Any) -> None:
        self._front = front
        self._scope: Any = watcher.scope
        self._protocol: Any = watcher.proto
        self._future: Any = None
        # What is waited for; it refers to this object. Granian goes on reading until nothing refers to the body.
        self._pieces: list[bytes] = []
        self._size = 0
        self._empty = 0

    def begin(self) -> None:
        headers = self._scope.headers
        if "transfer-encoding" in headers:
            self._front.arrivals.begin(self)
            self._protocol.__aiter__()
            self._read_on()
            return
        length = headers.get("content-length") or "0"
        if not length.isdecimal():
            self._refuse(400)
        elif int(length) > self._front.largest:
            self._refuse(413)
        elif int(length) == 0:
            self._answer(b"")
        else:
            self._front.arrivals.begin(self, int(length))
            self._wait(self._protocol(), self._arrived)

    def give_up(self, status: int) -> None:
        self._refuse(status)
        self._forget()

    def _arrived(self, future: Any) -> None:
        """The whole body of known length is there, or will never be."""
        self._future = None
        if not self._front.arrivals.remove(self):
            return
        try:
            body = future.result()
        except Exception:
            self._refuse(400)
        else:
            self._answer(body)

    def _read_on(self) -> None:
        """Take pieces of a chunked body for as long as there are some, and come back for more."""
        while True:
            try:
                future = self._protocol.__anext__()
            except StopAsyncIteration:
                self._end()
                return
            me = threading.get_ident()
            here: list[Any] = []
            waiting = [True]

            def arrived(future: Any, me: int = me, here: list[Any] = here, waiting: list[bool] = waiting) -> None:
                # Called while it is handed over, or later by whichever thread.
                if waiting and threading.get_ident() == me:
                    here.append(future)
                elif self._take(future):
                    self._read_on()

            self._wait(future, arrived)
            waiting.clear()
            if not here or not self._take(here[0]):
                return

    def _wait(self, future: Any, then: Callable[[Any], None]) -> None:
        self._future = future
        future.add_done_callback(then)
        # It may have been given up a moment ago, with nothing to forget yet.
        if not self._front.arrivals.waits_for(self):
            self._forget()

    def _forget(self) -> None:
        """Let granian drop the rest of the body, and with it the connection."""
        future, self._future = self._future, None
        if future is not None:
            future.cancel()

    def _take(self, future: Any) -> bool:
        """Keep a piece; whether to go on."""
        self._future = None
        if future.cancelled():
            return False
        piece: bytes = future.result()
        if not piece:
            self._empty += 1
            return True
        self._size += len(piece)
        if self._size > self._front.largest:
            if self._front.arrivals.remove(self):
                self._refuse(413)
            return False
        self._pieces.append(piece)
        return self._front.arrivals.more(self, len(piece))

    def _end(self) -> None:
        if not self._front.arrivals.remove(self):
            return
        # Granian ends a body with one empty piece, and one that breaks off, or has a trailer, with two.
        if self._empty == 1:
            self._answer(b"".join(self._pieces))
        else:
            self._refuse(400)

    def _refuse(self, status: int) -> None:
        line, headers, body = self._front.refusals.answer(status, self._scope.path)
        self._protocol.response_bytes(int(line[:3]), headers, body)

    def _answer(self, body: bytes) -> None:
        try:
            self._run(body)
        except Exception:
            logger.exception("server.application_failed")
            self._refuse(500)

    def _run(self, body: bytes) -> None:
        status = 500
        headers: list[tuple[str, str]] = []

        def start_response(line: str, fields: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], None]:
            nonlocal status, headers
            status, headers = int(line[:3]), fields
            return written.append

        written: list[bytes] = []
        result: Iterable[bytes] = self._front.app(self._environ(body), start_response)
        try:
            if isinstance(result, list):
                self._protocol.response_bytes(status, headers, b"".join([*written, *result]))
                return
            parts = iter(result)
            # Only with the first part is the status known for sure.
            first = next(parts, b"")
            stream = self._protocol.response_stream(status, headers)
            for part in itertools.chain(written, [first], parts):
                stream.send_bytes(part)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()

    def _environ(self, body: bytes) -> dict[str, Any]:
        scope = self._scope
        environ: dict[str, Any] = dict(_ENVIRON)
        server, _, port = scope.server.rpartition(":")
        environ["SERVER_NAME"] = server or "localhost"
        environ["SERVER_PORT"] = port or "80"
        environ["SERVER_PROTOCOL"] = "HTTP/1.0" if scope.http_version == "1" else "HTTP/1.1"
        peer = self._front.peer
        environ["REMOTE_ADDR"] = scope.client.rpartition(":")[0].strip("[]") if peer is None else peer
        environ["REQUEST_METHOD"] = scope.method
        environ["PATH_INFO"] = scope.path.encode().decode("latin-1")
        environ["QUERY_STRING"] = scope.query_string
        environ["wsgi.url_scheme"] = scope.scheme
        environ["wsgi.input"] = io.BytesIO(body)
        for name, value in scope.headers.items():
            key = _key(name)
            if key in environ:
                environ[key] += (";" if key == "HTTP_COOKIE" else ",") + value
            # A name with an underscore would pass for one with a dash, which proxies of ours may vouch for.
            elif "_" not in name:
                environ[key] = value
        environ.setdefault("HTTP_HOST", scope.authority or "")
        if "HTTP_TRANSFER_ENCODING" in environ:
            # The application sees a body of known length.
            del environ["HTTP_TRANSFER_ENCODING"]
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ


@functools.lru_cache(maxsize=1000)
def _key(name: str) -> str:
    """A header's name, in lower case, as WSGI writes it."""
    if name in ("content-type", "content-length"):
        return name.upper().replace("-", "_")
    return f"HTTP_{name.upper().replace('-', '_')}"
