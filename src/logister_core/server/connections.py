"""Waiting for many connections at once. waitress asks each of them before every wait; here quiet ones cost nothing.

2,000 idle connections made waitress's own loop spend all its time on asking (an answer took seconds); with this one
they are not felt.
"""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from waitress import wasyncore

_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Connections(dict[int, Any]):
    """What waitress calls the map: dispatchers by descriptor. They are watched for as long as they are in it.

    What a dispatcher waits for is asked after each of its events; when it changes otherwise, `changed` must be called.
    """

    def __init__(self, wakeups: socket.socket, drain: Callable[[], None]) -> None:
        """`wakeups` ends a wait by becoming readable; `drain` then empties it."""
        super().__init__()
        self._selector = selectors.DefaultSelector()
        self._selector.register(wakeups, _READ)
        self._drain = drain
        # Dispatchers enter themselves before they are complete, so they are asked at the next turn.
        self._changed: deque[Any] = deque()

    def __setitem__(self, descriptor: int, dispatcher: Any) -> None:
        super().__setitem__(descriptor, dispatcher)
        self._changed.append(dispatcher)

    def __delitem__(self, descriptor: int) -> None:
        super().__delitem__(descriptor)
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)

    def changed(self, dispatcher: Any) -> None:
        """Ask it again at the next turn. May be called by any thread, which then has to end the wait by itself."""
        self._changed.append(dispatcher)

    def turn(self, seconds: float) -> None:
        """Wait for events, at most so long, and let dispatchers handle them."""
        while self._changed:
            self._watch(self._changed.popleft())
        for key, events in self._selector.select(seconds):
            dispatcher = key.data
            if dispatcher is None:
                self._drain()
                continue
            if events & _READ:
                wasyncore.read(dispatcher)
            if events & _WRITE and self._holds(dispatcher):
                wasyncore.write(dispatcher)
            self._watch(dispatcher)

    def close(self) -> None:
        wasyncore.close_all(self, ignore_all=True)
        self._selector.close()

    def _holds(self, dispatcher: Any) -> bool:
        return self.get(dispatcher._fileno) is dispatcher

    def _watch(self, dispatcher: Any) -> None:
        if not self._holds(dispatcher):
            return
        wanted = _READ if dispatcher.readable() else 0
        # A socket that listens is never written to.
        if not dispatcher.accepting and dispatcher.writable():
            wanted |= _WRITE
        descriptor = dispatcher._fileno
        known = self._selector.get_map().get(descriptor)
        if known is None:
            if wanted:
                self._selector.register(descriptor, wanted, dispatcher)
        elif not wanted:
            self._selector.unregister(descriptor)
        elif wanted != known.events:
            self._selector.modify(descriptor, wanted, dispatcher)
