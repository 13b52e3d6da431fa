"""`use = egg:logister#granian`: HTTP spoken by a compiled server. Comes with `logister[fast]`."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import Any

from logister_core.server.common import Server, WSGIApplication, check_section, runtime_settings, serve
from logister_core.server.sockets import BACKLOG, PLACES, bind, connections_allowed
from logister_core.settings import RuntimeSettings, SettingsError

# What a section written for waitress may say, too.
_KNOWN = (*PLACES, "max_request_body_size")


def granian_factory(global_conf: Mapping[str, str], **section: str) -> Server:
    """The `paste.server_factory`. Raises `SettingsError` when granian is missing or the section makes no sense."""
    runtime = runtime_settings(global_conf)
    check_section(section, _KNOWN)
    try:
        import granian  # noqa: F401
    except ImportError:
        raise SettingsError(
            ["[server:main] uses granian, which is not installed; pip install 'logister[fast]'"]
        ) from None

    def serve_application(app: WSGIApplication) -> None:
        [listener] = _one(bind(runtime, section))
        serve(app, runtime, lambda app: _answer(app, listener, granian_options(runtime)))

    return serve_application


def granian_options(runtime: RuntimeSettings) -> dict[str, Any]:
    """Arguments for granian, beside the application and the socket."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    connections = connections_allowed()
    return {
        "interface": Interfaces.WSGI,
        "http": HTTPModes.http1,
        "websockets": False,
        "workers": 1,
        "blocking_threads": runtime.threads,
        "backlog": BACKLOG,
        # Granian counts connections here, not requests.
        "backpressure": connections,
        "http1_settings": HTTP1Settings(header_read_timeout=30_000),
        # Lines go where ours go, from the level that ours have.
        "log_level": LogLevels.notset,
        "log_dictconfig": {"incremental": True, "handlers": {}, "loggers": {}},
    }


def _answer(app: WSGIApplication, listener: socket.socket, options: Mapping[str, Any]) -> None:
    """Answer requests until SIGINT or SIGTERM."""
    from granian._granian import SocketHolder
    from granian.constants import RuntimeModes
    from granian.server.mp import MPServer

    holder: Any = SocketHolder
    server: Any = MPServer("logister", **options)
    server.runtime_mode = RuntimeModes.mt
    server._ssp = None
    server._shd = holder(listener.detach(), listener.family == socket.AF_UNIX, BACKLOG)
    server._sso = None
    # What granian would run in a process that it starts, in this process: ours are forked already.
    server._spawn_worker(0, server._spawn_wsgi_worker, lambda: app).inner.run()


def _one(sockets: Sequence[socket.socket]) -> Sequence[socket.socket]:
    if len(sockets) != 1:
        raise SettingsError(["[server:main] listens in several places; granian expects one"])
    return sockets
