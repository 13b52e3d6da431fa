"""`use = egg:logister#waitress`, the default of both ini files: pure Python, careful with slow and broken clients."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

from logister_core.server.arrivals import IDLE_SECONDS, LARGEST_HEAD, LOOK_EVERY, Arrivals
from logister_core.server.common import GRACE, Ending, Server, ServerSettings, WSGIApplication, check_section, serve
from logister_core.server.refusals import Refusals
from logister_core.server.sockets import BACKLOG, PLACES, bind, connections_allowed


def waitress_factory(global_conf: Mapping[str, str], **section: str) -> Server:
    """The `paste.server_factory`: `section` are the keys of [server:main], passed to waitress.

    Raises `SettingsError` when it sets what the settings decide.
    """
    settings = ServerSettings.of(global_conf)
    options = waitress_options(settings, section)

    def serve_application(app: WSGIApplication) -> None:
        # Waiting for a thread is how group commit finds its groups; waitress would warn once for each such request.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        sockets = bind(settings.runtime, section)
        refusals = Refusals(settings.batch_wire_bytes)
        serve(app, settings.runtime, lambda app, ending: _answer(app, sockets, options, refusals, ending))

    return serve_application


def waitress_options(settings: ServerSettings, section: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for waitress, beside the sockets."""
    check_section(section)
    return {
        "threads": settings.runtime.threads,
        # Peers are judged by LOGISTER_TRUSTED_PROXIES in the application, which therefore needs to see the headers.
        "clear_untrusted_proxy_headers": False,
        "backlog": BACKLOG,
        "ident": None,
        "channel_timeout": IDLE_SECONDS,
        "cleanup_interval": LOOK_EVERY,
        "max_request_header_size": LARGEST_HEAD,
        # waitress refuses what reaches this number.
        "max_request_body_size": settings.largest_body + 1,
        # Bodies stay in memory, of which `Arrivals` keeps account, and are never written to disk.
        "inbuf_overflow": settings.largest_body + 2,
        **{key: value for key, value in section.items() if key not in PLACES},
    }


def _answer(
    app: WSGIApplication,
    sockets: Sequence[socket.socket],
    options: Mapping[str, Any],
    refusals: Refusals,
    ending: Ending,
) -> None:
    """Answer requests until told to end; those under way then have a few seconds."""
    from waitress.adjustments import Adjustments
    from waitress.task import ThreadedTaskDispatcher

    from logister_core.server.channels import TcpListener, UnixListener
    from logister_core.server.connections import Connections

    adjustments = Adjustments(**{"connection_limit": connections_allowed(), **options})
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    channels = Connections(ending.wakeups, ending.drain)
    arrivals = Arrivals(adjustments.max_request_body_size)
    listeners: list[Any] = []
    for listening in sockets:
        kind = UnixListener if listening.family == socket.AF_UNIX else TcpListener
        where = (listening.family, listening.type, listening.proto, listening.getsockname())
        listener = kind(app, channels, True, listening, dispatcher, adjustments, where, bind_socket=False)
        listener.prepare(channels, arrivals, refusals)
        listeners.append(listener)

    def turn(seconds: float) -> None:
        now = time.time()
        for listener in listeners:
            listener.look_after(now)
        channels.turn(seconds)

    while not ending.told:
        turn(1.0)
    for listener in listeners:
        listener.stop_accepting()
    patience = time.monotonic() + GRACE
    while sum(listener.close_finished() for listener in listeners) and time.monotonic() < patience:
        turn(0.1)
    dispatcher.shutdown(timeout=1)
    channels.close()
