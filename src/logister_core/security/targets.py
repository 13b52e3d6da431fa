"""Where to go after signing in: a path of this application and nothing else."""

from __future__ import annotations

import re
from urllib.parse import quote

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
