"""The web server of the ini files: `use = egg:logister#waitress`.

PasteDeploy cannot read the environment, so port and threads come from the same checked settings as everything
else; the section [server:main] holds what is waitress's own.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import plaster

from logister_core.logs import set_level
from logister_core.settings import RuntimeSettings, SettingsError, load_section

WSGIApplication = Callable[..., Any]

# Seconds. Intake threads are CPU-bound for about 0.1 ms each; the committing thread, back from a call that let the
# interpreter lock go, should not wait the usual 5 ms for it (measured: architecture §4).
_SWITCH_INTERVAL = 0.0005

_OURS = {"port": "PORT or logister.port", "threads": "WAITRESS_THREADS or logister.waitress_threads"}


def waitress_factory(global_conf: Mapping[str, str], **section: str) -> Callable[[WSGIApplication], None]:
    """The `paste.server_factory`: `section` are the keys of [server:main], passed to waitress.

    Raises `SettingsError` when it sets what the settings decide.
    """
    runtime = _runtime(global_conf)
    options = waitress_options(runtime, section)

    def serve(app: WSGIApplication) -> None:
        set_level(runtime.log_level)
        # Waiting for a thread is how group commit finds its groups; waitress would warn once for each such request.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        sys.setswitchinterval(_SWITCH_INTERVAL)
        with _stopped_by_sigterm():
            _serve(app, options)

    return serve


def waitress_options(runtime: RuntimeSettings, section: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for waitress. `listen` or `unix_socket` in the section replaces host and port."""
    misplaced = [
        f"[server:main] sets {key}; expected {place} instead" for key, place in _OURS.items() if key in section
    ]
    if misplaced:
        raise SettingsError(misplaced)
    options: dict[str, Any] = {
        "threads": runtime.threads,
        # Peers are judged by LOGISTER_TRUSTED_PROXIES in the application, which therefore needs to see the headers.
        "clear_untrusted_proxy_headers": False,
        "connection_limit": 1000,
        "asyncore_use_poll": True,
        "ident": None,
        **section,
    }
    if "listen" not in section and "unix_socket" not in section:
        options |= {"host": section.get("host", "127.0.0.1"), "port": runtime.port}
    return options


def _runtime(global_conf: Mapping[str, str]) -> RuntimeSettings:
    file = global_conf.get("__file__")
    ini = plaster.get_settings(file, "app:main") if file else {}
    return load_section(RuntimeSettings, ini, os.environ)


def _serve(app: WSGIApplication, options: Mapping[str, Any]) -> None:
    from waitress.server import create_server

    server = create_server(app, **options)
    server.print_listen("Listening on http://{}:{}")
    # Returns after SIGINT or SIGTERM, when the requests being worked on have been answered or 5 seconds have passed.
    server.run()
    server.close()


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the server as Ctrl-C does: by an exception, so that everything is closed in order."""

    def stop(_number: int, _frame: Any) -> NoReturn:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
