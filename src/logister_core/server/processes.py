"""Several processes that do the same, forked from this one: started again when they die, ended together."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

from logister_core.logs import event

logger = logging.getLogger(__name__)

# Seconds. A process that dies sooner than this after its start probably cannot start at all.
SETTLED = 5.0
# Its successors then wait, each twice as long as the one before.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# So long may all take to end in order: requests being answered, then running jobs.
PATIENCE = 25.0

_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})


@dataclass
class _Place:
    """One of the processes, whichever it is at the moment."""

    number: int
    pid: int | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = field(default=FIRST_PAUSE)


class Processes:
    """`work(number)` runs in each process, numbers from 0 up; it is ended by SIGTERM.

    The process that forks must have no other threads.
    """

    def __init__(self, count: int, work: Callable[[int], None]) -> None:
        self._work = work
        self._places = [_Place(number) for number in range(count)]
        # Held open here alone: when this process is gone, however it went, the others see the end of it.
        self._alive, self._lifeline = os.pipe()

    def run(self) -> None:
        """Return when SIGTERM or SIGINT came and all processes have ended."""
        with _signals() as signals:
            while not signals & {signal.SIGTERM, signal.SIGINT}:
                signals.clear()
                self._start_due()
                signals.wait(self._until_due())
                self._collect()
            self._end(signals)

    def _start_due(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.pid is None and place.due <= now:
                place.started = now
                place.pid = self._fork(place.number)

    def _until_due(self) -> float | None:
        waiting = [place.due for place in self._places if place.pid is None]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _collect(self) -> None:
        """Notice who died, and when each may be replaced."""
        for place in self._places:
            status = _status(place.pid)
            if status is None:
                continue
            now = time.monotonic()
            if now - place.started >= SETTLED:
                place.pause, place.due = FIRST_PAUSE, now
            else:
                place.due = now + place.pause
                place.pause = min(place.pause * 2, LONGEST_PAUSE)
            again = round(place.due - now, 1)
            logger.error(event("web.process_died", pid=place.pid, status=status, restart_in_seconds=again))
            place.pid = None

    def _end(self, signals: _Signals) -> None:
        for place in self._places:
            _tell(place.pid, signal.SIGTERM)
        patience = time.monotonic() + PATIENCE
        while self._living():
            signals.clear()
            signals.wait(max(0.0, patience - time.monotonic()))
            if time.monotonic() >= patience:
                for place in self._living():
                    logger.error(event("web.process_killed", pid=place.pid))
                    _tell(place.pid, signal.SIGKILL)

    def _living(self) -> list[_Place]:
        for place in self._places:
            if _status(place.pid) is not None:
                place.pid = None
        return [place for place in self._places if place.pid is not None]

    def _fork(self, number: int) -> int:
        # Whatever is written twice otherwise: what waits in the buffer belongs to the parent.
        sys.stdout.flush()
        sys.stderr.flush()
        # A signal between the fork and the child's own handlers would be taken for one of the parent.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            pid = os.fork()
            if pid == 0:
                self._become(number)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        return pid

    def _become(self, number: int) -> NoReturn:
        """The whole life of a child. It never returns into the parent's frames."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # Ctrl-C reaches every process of the terminal; the parent passes it on as SIGTERM.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, _exit)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            os.close(self._lifeline)
            threading.Thread(target=_end_with, args=(self._alive,), name="logister-parent", daemon=True).start()
            self._work(number)
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            logger.exception("web.process_failed")
        finally:
            leave(status)


def leave(status: int) -> NoReturn:
    """End this process at once, with everything written that was said."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


class _Signals(set[signal.Signals]):
    """Signals that came since the last `clear`."""

    def __init__(self, wakeups: socket.socket) -> None:
        super().__init__()
        self._wakeups = wakeups
        self._selector = selectors.DefaultSelector()
        self._selector.register(wakeups, selectors.EVENT_READ)

    def wait(self, seconds: float | None) -> None:
        if self._selector.select(seconds):
            self.update(signal.Signals(number) for number in self._wakeups.recv(4096))

    def close(self) -> None:
        self._selector.close()


@contextmanager
def _signals() -> Iterator[_Signals]:
    """Collect signals instead of being interrupted by them."""
    receiver, sender = socket.socketpair()
    with receiver, sender:
        sender.setblocking(False)
        # A handler of Python's is what makes the number arrive at the socket.
        before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
        wakeup = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        signals = _Signals(receiver)
        try:
            yield signals
        finally:
            signals.close()
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)


def _status(pid: int | None) -> int | None:
    """The exit status of a child that ended, negative for a signal; None while it lives."""
    if pid is None:
        return None
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _tell(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        os.kill(pid, number)


def _exit(*_: Any) -> NoReturn:
    raise SystemExit(0)


def _end_with(alive: int) -> None:
    """Stop in order when the parent was killed: its successor starts processes of its own."""
    os.read(alive, 1)
    logger.warning("web.parent_lost")
    os.kill(os.getpid(), signal.SIGTERM)
