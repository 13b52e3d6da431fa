"""`use = egg:logister#waitress`, the default of both ini files: pure Python, careful with slow and broken clients."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from logister_core.server.common import (
    GRACE,
    Server,
    WSGIApplication,
    check_section,
    ended_by_sigterm,
    runtime_settings,
    serve,
)
from logister_core.server.sockets import BACKLOG, PLACES, bind, connections_allowed
from logister_core.settings import RuntimeSettings


def waitress_factory(global_conf: Mapping[str, str], **section: str) -> Server:
    """The `paste.server_factory`: `section` are the keys of [server:main], passed to waitress.

    Raises `SettingsError` when it sets what the settings decide.
    """
    runtime = runtime_settings(global_conf)
    options = waitress_options(runtime, section)

    def serve_application(app: WSGIApplication) -> None:
        # Waiting for a thread is how group commit finds its groups; waitress would warn once for each such request.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        sockets = bind(runtime, section)
        serve(app, runtime, lambda app: _answer(app, sockets, options))

    return serve_application


def waitress_options(runtime: RuntimeSettings, section: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for waitress, beside the sockets."""
    check_section(section)
    return {
        "threads": runtime.threads,
        # Peers are judged by LOGISTER_TRUSTED_PROXIES in the application, which therefore needs to see the headers.
        "clear_untrusted_proxy_headers": False,
        "asyncore_use_poll": True,
        "backlog": BACKLOG,
        "ident": None,
        **{key: value for key, value in section.items() if key not in PLACES},
    }


def _answer(app: WSGIApplication, sockets: Sequence[socket.socket], options: Mapping[str, Any]) -> None:
    """Answer requests until SIGINT or SIGTERM; those being worked on then have a few seconds."""
    from waitress import wasyncore
    from waitress.adjustments import Adjustments
    from waitress.server import TcpWSGIServer, UnixWSGIServer
    from waitress.task import ThreadedTaskDispatcher

    adjustments = Adjustments(**{"connection_limit": connections_allowed(), **options})
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    channels: dict[int, Any] = {}
    for listener in sockets:
        kind = UnixWSGIServer if listener.family == socket.AF_UNIX else TcpWSGIServer
        where = (listener.family, listener.type, listener.proto, listener.getsockname())
        kind(app, channels, True, listener, dispatcher, adjustments, where, bind_socket=False)
    with ended_by_sigterm():
        try:
            wasyncore.loop(timeout=1, use_poll=adjustments.asyncore_use_poll, map=channels)
        except (SystemExit, KeyboardInterrupt):
            dispatcher.shutdown(timeout=GRACE)
            wasyncore.close_all(channels)
