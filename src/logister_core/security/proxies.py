"""What proxies say about a request, believed only when they are ours."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

UNKNOWN = "unknown"

# An IPv6 address with an embedded IPv4 one, brackets, port, and a zone or blanks to spare.
_LONGEST_ADDRESS = 100

_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")


class TrustedProxies:
    def __init__(self, networks: tuple[IPNetwork, ...]) -> None:
        self._networks = networks
        # The same few proxies carry every request.
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def client_ip(self, environ: Mapping[str, Any]) -> str:
        """The nearest address that is none of our proxies, for limits and logs (specification, ingest §2.1).

        That is the right-most such address of X-Forwarded-For when the peer is a proxy of ours, else the peer;
        "unknown" when the server does not tell the peer. Everything further left is hearsay.
        """
        peer = address(environ.get("REMOTE_ADDR") or "")
        if peer is None:
            return UNKNOWN
        if self.trusts(peer):
            for stated in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
                hop = address(stated)
                if hop is None:
                    break
                if not self.trusts(hop):
                    return str(hop)
        return str(peer)

    def apply(self, environ: dict[str, Any]) -> None:
        """Take over scheme and host as the client used them, when a proxy of ours states them."""
        peer = address(environ.get("REMOTE_ADDR") or "")
        if peer is None or not self.trusts(peer):
            return
        scheme = _first(environ.get("HTTP_X_FORWARDED_PROTO", "")).lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme
        host = _first(environ.get("HTTP_X_FORWARDED_HOST", ""))
        if _HOST.fullmatch(host):
            environ["HTTP_HOST"] = host

    def _trusts(self, candidate: IPAddress) -> bool:
        return any(candidate in network for network in self._networks)


def address(text: str) -> IPAddress | None:
    """An address as servers and proxies write them: with a port, in brackets, IPv4 inside IPv6. None for others."""
    # Nothing that is longer is an address, and the memory must not fill with what a stranger wrote.
    return _address(text) if len(text) <= _LONGEST_ADDRESS else None


@lru_cache(maxsize=4096)
def _address(text: str) -> IPAddress | None:
    text = text.strip()
    if text == "localhost":
        # What waitress calls the peer of a Unix socket.
        text = "127.0.0.1"
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _first(header: str) -> str:
    return header.partition(",")[0].strip()
