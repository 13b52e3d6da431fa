"""Where a server listens. Bound once, by the process that may fork others, which then accept on the same sockets."""

from __future__ import annotations

import logging
import os
import resource
import socket
from collections.abc import Mapping
from typing import Any

from waitress.adjustments import Adjustments
from waitress.utilities import cleanup_unix_socket

from logister_core.settings import RuntimeSettings

logger = logging.getLogger(__name__)

# Clients that may wait to be accepted; the system's own limit (net.core.somaxconn) is often the smaller one.
BACKLOG = 2048

PLACES = ("host", "ipv4", "ipv6", "listen", "unix_socket", "unix_socket_perms")

# Connections of one process at a time.
CONNECTIONS = 4096
# Descriptors beside connections: database, logs, listening, a file for each body that outgrows memory, …
_OTHER_DESCRIPTORS = 512


def bind(runtime: RuntimeSettings, section: Mapping[str, str]) -> list[socket.socket]:
    """Listen where [server:main] says: `listen` or `unix_socket`, else `host` (loopback) and the port of the settings.

    Raises OSError.
    """
    places: dict[str, Any] = {key: section[key] for key in PLACES if key in section}
    if "listen" not in places and "unix_socket" not in places:
        places = {"host": "127.0.0.1", "port": runtime.port, **places}
    wanted = Adjustments(**places)
    if wanted.unix_socket:
        return [_unix(wanted.unix_socket, wanted.unix_socket_perms)]
    bound = []
    for family, kind, protocol, address in wanted.listen:
        listener = socket.socket(family, kind, protocol)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        bound.append(listener)
        host, port = address[:2]
        logger.info("Listening on http://%s:%s", f"[{host}]" if ":" in host else host, port)
    return bound


def connections_allowed(wanted: int = CONNECTIONS) -> int:
    """How many connections this process may hold, at most `wanted`; its soft limit of open files is raised for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    allowed = wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - _OTHER_DESCRIPTORS)
    if allowed < wanted:
        allowed = max(allowed, 64)
        logger.warning("server.few_connections allowed=%d; the system's limit of open files is %d", allowed, soft)
    return allowed


def _unix(path: str, permissions: int) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    cleanup_unix_socket(path)
    listener.bind(path)
    os.chmod(path, permissions)
    listener.listen(BACKLOG)
    logger.info("Listening on unix:%s", path)
    return listener
