"""waitress's connections, with limits for what comes slowly, never ends, lies, or is not taken away."""

from __future__ import annotations

import heapq
import logging
import socket
import time
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

from logister_core.server.arrivals import HEAD_SECONDS, Arrivals
from logister_core.server.connections import Connections
from logister_core.server.refusals import Refusals

logger = logging.getLogger(__name__)

# Bytes of a chunk's line and of what follows the last chunk; waitress looks through all of it again with each packet.
_LONGEST_CHUNK_LINE = 1024
_LONGEST_TRAILER = 8192

# After an answer that ends the connection, so much more is read and thrown away, in bytes and seconds. Closing at
# once would make the system take back an answer that the client has not read.
_LINGER_BYTES = 4 * 1024 * 1024
_LINGER_SECONDS = 2.0
_LINGER_PIECE = 65_536

# New connections taken in one turn of the loop.
_ACCEPTED_TOGETHER = 16
# Connections closed when there is no room for another one, out of these parts.
_MAKE_ROOM = 64


class _GivenUp(Error):
    """The rest is not waited for."""

    def __init__(self, status: int) -> None:
        super().__init__("")
        self.code = status


class Parser(HTTPRequestParser):
    completed: bool

    def received(self, data: bytes) -> int:
        if self.body_rcv is None and not self.header_plus and data[:1] in (b"\r", b"\n"):
            # Blank lines before a request are allowed; waitress makes a request of each pair of them.
            wanted = data.lstrip(b"\r\n")
            if not wanted:
                self.empty = self.completed = True
                return len(data)
            return len(data) - len(wanted) + self.received(wanted)
        consumed: int = super().received(data)
        if self.chunked and not self.completed:
            self.error = self._dubious()
            self.completed = self.error is not None
        if self.completed and (self.error or self.body_rcv is None):
            # Asking for the body to come would make waitress forget that the request is complete.
            self.expect_continue = False
        return consumed

    def _dubious(self) -> Error | None:
        """What is wrong with the chunks so far."""
        receiver: Any = self.body_rcv
        if self.body_bytes_received == 0 and "CONTENT_LENGTH" in self.headers:
            # Who states a length as well would be understood differently by different proxies.
            return BadRequest("")
        if len(receiver.control_line) > _LONGEST_CHUNK_LINE or len(receiver.trailer) > _LONGEST_TRAILER:
            return BadRequest("")
        if receiver.chunk_remainder > self.adj.max_request_body_size:
            return RequestEntityTooLarge("")
        return None


class RefusalTask(ErrorTask):
    """An answer of the server itself, in our words."""

    def execute(self) -> None:
        refusals: Refusals = self.channel.server.refusals
        self.status, headers, body = refusals.answer(self.request.error.code, _path_of(self.request))
        self.response_headers.extend(headers)
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    """One connection. Methods run in the thread of the loop unless they say otherwise."""

    request: Any
    parser_class = Parser
    error_task_class = RefusalTask

    _lingers = False
    # Whether what is still to come is read before the connection is closed.
    _closing_at: float | None = None
    _discarded = 0
    _begun = 0.0
    # When the request that is incomplete began to arrive.
    _timed: Any = None
    # That request.
    _counted = 0
    # Bytes of its body that are counted as arriving.
    _unread_answer = False
    # The next request waits until the client has taken the answer to the one before.

    def received(self, data: bytes) -> bool:
        worked: bool = super().received(data)
        request = self.request
        if request is not self._timed:
            self._settle()
            self._timed = request
            self._begun = self.last_activity
        if request is not None and request.body_bytes_received > self._counted:
            size = request.body_bytes_received - self._counted
            wait = self.server.arrivals.more if self._counted else self.server.arrivals.begin
            self._counted += size
            wait(self, size)
        return worked

    def give_up(self, status: int) -> None:
        """Refuse the request that is incomplete."""
        with self.requests_lock:
            request = self.request
            if request is None or self.requests or self.will_close or self.close_when_flushed:
                return
            self._timed = self.request = None
            self._counted = 0
            request.error = _GivenUp(status)
            request.completed = True
            self.requests.append(request)
            self.server.add_task(self)
        self.server.look_at(self)

    def overdue(self, now: float) -> bool:
        """Whether the head of a request takes too long; bodies have a clock of their own."""
        request = self.request
        return (
            request is not None and not self.requests and request.body_rcv is None and now - self._begun > HEAD_SECONDS
        )

    def idle(self, since: float) -> bool:
        """Whether nothing came or went since then, and nothing is being worked on."""
        return self.last_activity < since and (not self.requests or self._unread_answer)

    def finished(self) -> bool:
        """Whether nothing is arriving, being worked on or being sent."""
        return not self.requests and self.request is None and not self.total_outbufs_len

    def hold(self) -> bool:
        """Keep the next request waiting if the client has not taken its answers. The requests are locked."""
        self._unread_answer = bool(self.total_outbufs_len)
        return self._unread_answer

    def readable(self) -> bool:
        return self._closing_at is not None or bool(super().readable())

    def writable(self) -> bool:
        return self._closing_at is None and bool(super().writable())

    def handle_read(self) -> None:
        if self._closing_at is None:
            super().handle_read()
            return
        try:
            data = self.recv(_LINGER_PIECE)
        except OSError:
            self.close_now()
            return
        self._discarded += len(data)
        if self._discarded > _LINGER_BYTES:
            self.close_now()

    def handle_write(self) -> None:
        super().handle_write()
        if self._unread_answer:
            with self.requests_lock:
                if self.requests and self.connected and not self.hold():
                    self.server.add_task(self)

    def handle_close(self) -> None:
        if self._lingers and self.connected and self._closing_at is None:
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            else:
                self._closing_at = time.time() + _LINGER_SECONDS
                self.server.lingering[self] = None
                return
        self.close_now()

    def close_now(self) -> None:
        self._settle()
        self.server.lingering.pop(self, None)
        super().handle_close()

    def past(self, now: float) -> bool:
        """Whether it has lingered long enough."""
        return self._closing_at is not None and now > self._closing_at

    def _settle(self) -> None:
        """What was arriving is complete, or never will be."""
        if self._counted:
            self._counted = 0
            self.server.arrivals.remove(self)

    # What follows is called by the threads that work.

    def service(self) -> None:
        super().service()
        self._lingers = self.close_when_flushed
        self.server.look_at(self)

    def write_soon(self, data: Any) -> int:
        written: int = super().write_soon(data)
        if self.total_outbufs_len:
            self.server.look_at(self)
        return written

    def _flush_outbufs_below_high_watermark(self) -> None:
        # Waits for the loop to send.
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            self.server.look_at(self)
        super()._flush_outbufs_below_high_watermark()


class _Listener:
    """What both kinds of listening sockets have in common. Methods run in the thread of the loop unless they say so."""

    channel_class = Channel

    # Of waitress:
    _map: Any
    adj: Any
    active_channels: dict[int, Channel]
    task_dispatcher: Any
    trigger: Any
    accepting: bool
    next_channel_cleanup: float
    del_channel: Callable[[], None]
    socket: socket.socket

    def prepare(self, channels: Connections, arrivals: Arrivals, refusals: Refusals) -> None:
        self.channels = channels
        self.arrivals = arrivals
        self.refusals = refusals
        self.lingering: dict[Channel, None] = {}
        self._full = self._woken = False

    def readable(self) -> bool:
        return self.accepting and not self._full

    def handle_accept(self) -> None:
        for _ in range(_ACCEPTED_TOGETHER):
            if len(self._map) >= self.adj.connection_limit and not self._make_room():
                self._full = True
                return
            before = len(self._map)
            super().handle_accept()  # type: ignore[misc]
            if len(self._map) == before:
                return

    def look_after(self, now: float) -> None:
        """Before each turn: close what is over, and every few seconds refuse what takes too long."""
        # What is changed from now on needs another wake-up.
        self._woken = False
        if self._full and len(self._map) < self.adj.connection_limit:
            self._full = False
            self.channels.changed(self)
        for channel in [channel for channel in self.lingering if channel.past(now)]:
            channel.close_now()
        if now < self.next_channel_cleanup:
            return
        self.next_channel_cleanup = now + self.adj.cleanup_interval
        self.arrivals.give_up_overdue()
        for channel in list(self.active_channels.values()):
            if channel.idle(now - self.adj.channel_timeout):
                channel.close_now()
            elif channel.overdue(now):
                channel.give_up(408)

    def stop_accepting(self) -> None:
        self.accepting = False
        self.del_channel()
        self.socket.close()

    def close_finished(self) -> bool:
        """Close connections on which nothing is under way; whether there are others."""
        for channel in list(self.active_channels.values()):
            if channel.finished():
                channel.close_now()
        return bool(self.active_channels)

    def _make_room(self) -> bool:
        """Close those that have been quiet for longest and wait for nothing; whether there were any."""
        now = time.time()
        quiet = [channel for channel in self.active_channels.values() if channel.idle(now)]
        number = max(len(quiet) // _MAKE_ROOM, 1)
        logger.warning("server.connections_full allowed=%d closed=%d", self.adj.connection_limit, number)
        for channel in heapq.nsmallest(number, quiet, key=lambda one: one.last_activity):
            channel.close_now()
        return bool(quiet)

    # What follows is called by any thread.

    def add_task(self, channel: Channel) -> None:
        """The channel's requests are locked."""
        if not channel.hold():
            self.task_dispatcher.add_task(channel)

    def look_at(self, channel: Channel) -> None:
        """Let the loop see that the channel waits for something else now."""
        self.channels.changed(channel)
        self.wake()

    def wake(self) -> None:
        """End the wait for events."""
        if not self._woken:
            self._woken = True
            self.trigger.pull_trigger()

    def pull_trigger(self) -> None:
        """How waitress ends the wait; `look_at` does it already wherever waitress asks for it."""


class TcpListener(_Listener, TcpWSGIServer):
    pass


class UnixListener(_Listener, UnixWSGIServer):
    pass


def _path_of(request: Any) -> str:
    """Of a request that could not be read to its end, perhaps not even to the end of its first line."""
    path = getattr(request, "path", None)
    if path is not None and not isinstance(request.error, _GivenUp):
        return str(path)
    line = getattr(request, "first_line", b"") or request.header_plus[:200]
    words = line.split(b" ")
    return words[1].decode("latin-1") if len(words) > 1 else ""
