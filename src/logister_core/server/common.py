"""What both servers have in common: where settings come from, and how a process begins and ends to serve."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import plaster

from logister_core.ingest.intake import BatchLimits
from logister_core.logs import set_level
from logister_core.server.processes import Processes
from logister_core.settings import IntakeSettings, RuntimeSettings, SettingsError, load_section

WSGIApplication = Callable[..., Any]
Server = Callable[[WSGIApplication], None]

# Seconds. Intake threads are CPU-bound for about 0.1 ms each; the committing thread, back from a call that let the
# interpreter lock go, should not wait the usual 5 ms for it (measured: architecture §4).
_SWITCH_INTERVAL = 0.0005

# What requests may still take once the server was told to stop, seconds.
GRACE = 5

_OURS = {
    "max_request_body_size": "LOGISTER_BATCH_BYTES or logister.batch_bytes",
    "port": "PORT or logister.port",
    "threads": "WAITRESS_THREADS or logister.waitress_threads",
    "workers": "WEB_CONCURRENCY or logister.web_concurrency",
}


@runtime_checkable
class StartsItself(Protocol):
    """An application that wants to know in which process it serves; `WebApplication` does."""

    def share(self) -> None: ...
    def start(self, number: int) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class ServerSettings:
    """The settings of the application that concern its server."""

    runtime: RuntimeSettings
    batch_bytes: int

    @classmethod
    def of(cls, global_conf: Mapping[str, str]) -> ServerSettings:
        """Those of the application that the ini file describes. Raises `SettingsError`."""
        file = global_conf.get("__file__")
        ini = plaster.get_settings(file, "app:main") if file else {}
        intake = load_section(IntakeSettings, ini, os.environ)
        return cls(load_section(RuntimeSettings, ini, os.environ), intake.batch_bytes)

    @property
    def largest_body(self) -> int:
        """Bytes of a body that is read at all: a little above what any address accepts, so that it refuses itself."""
        return self.batch_wire_bytes + self.batch_wire_bytes // 8

    @property
    def batch_wire_bytes(self) -> int:
        """The largest body that any address accepts."""
        return BatchLimits(events=1, decompressed_bytes=self.batch_bytes).wire_bytes


def check_section(section: Mapping[str, str], known: Sequence[str] | None = None) -> None:
    """Raise `SettingsError` when [server:main] sets what the settings decide, or a key that is not in `known`."""
    problems = [f"[server:main] sets {key}; expected {place} instead" for key, place in _OURS.items() if key in section]
    if known is not None:
        unknown = [key for key in section if key not in known and key not in _OURS]
        problems += [f"[server:main] sets {key}; expected one of {', '.join(known)}" for key in unknown]
    if problems:
        raise SettingsError(problems)


def serve(app: WSGIApplication, runtime: RuntimeSettings, answer: Callable[[WSGIApplication, Ending], None]) -> None:
    """Run `answer(app, ending)`, which returns when told to end, in as many processes as the settings say."""
    set_level(runtime.log_level)
    sys.setswitchinterval(_SWITCH_INTERVAL)

    def work(number: int) -> None:
        with told_to_end() as ending:
            if isinstance(app, StartsItself):
                app.start(number)
            try:
                answer(app, ending)
            finally:
                if isinstance(app, StartsItself):
                    app.stop()

    if runtime.web_processes == 1:
        work(0)
        return
    if isinstance(app, StartsItself):
        app.share()
    Processes(runtime.web_processes, work).run()


class Ending:
    """Whether this process was told to end. `wakeups` becomes readable with each signal, whichever thread gets it."""

    def __init__(self, wakeups: socket.socket) -> None:
        self.told = False
        self.wakeups = wakeups

    def tell(self, *_: Any) -> None:
        # More than once when somebody signals a whole group of processes, since their parent tells them as well.
        self.told = True

    def wait(self, seconds: float) -> bool:
        """Return when told to end, or after so long; whether told."""
        if not self.told:
            select.select([self.wakeups], [], [], seconds)
            self.drain()
        return self.told

    def drain(self) -> None:
        with suppress(BlockingIOError):
            self.wakeups.recv(4096)


@contextmanager
def told_to_end() -> Iterator[Ending]:
    """Hear SIGTERM and Ctrl-C instead of being ended by them."""
    receiver, sender = socket.socketpair()
    with receiver, sender:
        receiver.setblocking(False)
        sender.setblocking(False)
        ending = Ending(receiver)
        before = {}
        for number in (signal.SIGTERM, signal.SIGINT):
            # Ctrl-C reaches all processes of the terminal; those with a parent of ours wait for its word.
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, ending.tell)
        wakeup = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            yield ending
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
