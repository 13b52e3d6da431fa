"""What both servers have in common: where settings come from, and how a process begins and ends to serve."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol, runtime_checkable

import plaster

from logister_core.logs import set_level
from logister_core.server.processes import Processes
from logister_core.settings import RuntimeSettings, SettingsError, load_section

WSGIApplication = Callable[..., Any]
Server = Callable[[WSGIApplication], None]

# Seconds. Intake threads are CPU-bound for about 0.1 ms each; the committing thread, back from a call that let the
# interpreter lock go, should not wait the usual 5 ms for it (measured: architecture §4).
_SWITCH_INTERVAL = 0.0005

# What requests may still take once the server was told to stop, seconds.
GRACE = 5

_OURS = {
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


def runtime_settings(global_conf: Mapping[str, str]) -> RuntimeSettings:
    """The settings of the application that the ini file describes. Raises `SettingsError`."""
    file = global_conf.get("__file__")
    ini = plaster.get_settings(file, "app:main") if file else {}
    return load_section(RuntimeSettings, ini, os.environ)


def check_section(section: Mapping[str, str], known: Sequence[str] | None = None) -> None:
    """Raise `SettingsError` when [server:main] sets what the settings decide, or a key that is not in `known`."""
    problems = [f"[server:main] sets {key}; expected {place} instead" for key, place in _OURS.items() if key in section]
    if known is not None:
        unknown = [key for key in section if key not in known and key not in _OURS]
        problems += [f"[server:main] sets {key}; expected one of {', '.join(known)}" for key in unknown]
    if problems:
        raise SettingsError(problems)


def serve(app: WSGIApplication, runtime: RuntimeSettings, answer: Callable[[WSGIApplication], None]) -> None:
    """Run `answer(app)`, which returns when SIGTERM or SIGINT came, in as many processes as the settings say."""
    set_level(runtime.log_level)
    sys.setswitchinterval(_SWITCH_INTERVAL)

    def work(number: int) -> None:
        if isinstance(app, StartsItself):
            app.start(number)
        try:
            answer(app)
        finally:
            if isinstance(app, StartsItself):
                app.stop()

    if runtime.web_processes == 1:
        work(0)
        return
    if isinstance(app, StartsItself):
        app.share()
    Processes(runtime.web_processes, work).run()


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end what runs here as Ctrl-C does: by an exception, so that everything is closed in order."""

    def stop(number: int, _frame: Any) -> NoReturn:
        # Who sends it to a whole group of processes sends it twice to those that a parent tells as well.
        signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
