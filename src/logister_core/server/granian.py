"""`use = egg:logister#granian`: HTTP spoken by a compiled server. Comes with `logister[fast]`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from logister_core.server.arrivals import HEAD_SECONDS, LARGEST_HEAD, LOOK_EVERY, Arrivals
from logister_core.server.common import GRACE, Ending, Server, ServerSettings, WSGIApplication, check_section, serve
from logister_core.server.processes import leave
from logister_core.server.refusals import Refusals
from logister_core.server.sockets import BACKLOG, PLACES, bind, connections_allowed
from logister_core.settings import SettingsError

if TYPE_CHECKING:
    from logister_core.server.requests import Front


def granian_factory(global_conf: Mapping[str, str], **section: str) -> Server:
    """The `paste.server_factory`. Raises `SettingsError` when granian is missing or the section makes no sense."""
    settings = ServerSettings.of(global_conf)
    check_section(section, PLACES)
    try:
        import granian  # noqa: F401
    except ImportError:
        raise SettingsError(
            ["[server:main] uses granian, which is not installed; pip install 'logister[fast]'"]
        ) from None

    def serve_application(app: WSGIApplication) -> None:
        from logister_core.server.requests import Front

        [listener] = _one(bind(settings.runtime, section))
        front = Front(
            app,
            Arrivals(settings.largest_body),
            Refusals(settings.batch_wire_bytes),
            settings.largest_body,
            "" if listener.family == socket.AF_UNIX else None,
        )
        options = granian_options(settings)
        serve(app, settings.runtime, lambda _app, ending: _answer(front, listener, options, ending))
        if settings.runtime.web_processes == 1:
            # Granian's threads cannot be joined, and one that wakes up in an interpreter that ends aborts it.
            leave(0)

    return serve_application


def granian_options(settings: ServerSettings) -> dict[str, Any]:
    """Arguments for granian's worker, beside the socket."""
    from granian.http import HTTP1Settings

    return {
        "threads": 1,
        "py_threads": settings.runtime.threads,
        # Granian counts connections here, not requests.
        "backpressure": connections_allowed(),
        "http_mode": "1",
        "http1_opts": HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=LARGEST_HEAD),
        "websockets_enabled": False,
    }


def _answer(front: Front, listener: socket.socket, options: Mapping[str, Any], ending: Ending) -> None:
    """Answer requests until told to end; those under way then have a few seconds."""
    from granian._granian import RSGIWorker, SocketHolder, WorkerSignal

    unix = listener.family == socket.AF_UNIX
    make_socket: Any = SocketHolder
    make_worker: Any = RSGIWorker
    shared = make_socket(listener.detach(), unix, BACKLOG)
    worker = make_worker(1, (None, shared), None, **options)
    ended = threading.Event()
    signal = WorkerSignal()
    signal.add_cb(ended.set)
    serve_requests = worker.serve_mtr_uds if unix else worker.serve_mtr
    # What would be an event loop elsewhere is nothing here: see `Front`.
    serve_requests(front.scheduler(), front.calls, signal)
    while not ending.wait(LOOK_EVERY):
        front.arrivals.give_up_overdue()
    signal.set()
    ended.wait(GRACE)


def _one(sockets: Sequence[socket.socket]) -> Sequence[socket.socket]:
    if len(sockets) != 1:
        raise SettingsError(["[server:main] listens in several places; granian expects one"])
    return sockets
