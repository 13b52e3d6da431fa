"""Where to go after signing in or a form: a path of this application and nothing else."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

# One slash, then anything printable but a second slash or a backslash, which browsers read as one.
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x7e]*")


def local_target(stated: str | None) -> str | None:
    """`stated` when it is a path (with query) of this server, else None."""
    if stated is None or len(stated) > 2048 or not _LOCAL.fullmatch(stated) or "\\" in stated:
        return None
    return stated


def with_next(address: str, target: str | None) -> str:
    """`address` with `target` to come back to; the start page need not be remembered."""
    if local_target(target) is None or target == "/":
        return address
    return f"{address}?next={quote(target or '', safe='/')}"


def path_of_ours(address: str | None, *ours: str) -> str | None:
    """Path and query of a whole `address` when it is on a site of `ours`, else None."""
    if address is None or origin(address) not in {origin(site) for site in ours} - {None}:
        return None
    return local_target(urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl())


def origin(url: str) -> tuple[str, str] | None:
    """Scheme and host with port; None when there is none, as in `null`."""
    try:
        parts = urlsplit(url)
        default = {"http": 80, "https": 443}[parts.scheme]
        return parts.scheme, f"{parts.hostname}:{parts.port or default}"
    except (KeyError, ValueError):
        return None
