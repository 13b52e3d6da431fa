"""Origins whose pages may send telemetry from a browser: as people write them, and as browsers do."""

from __future__ import annotations

import re
from ipaddress import IPv4Address

MOST_ORIGINS = 100
NAME_LENGTH = 253
# Names in other alphabets are sent in their `xn--` form, and that is how they are listed.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_ORIGIN = re.compile(rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[0-9]{{1,5}}))?/?")
_DEFAULT_PORTS = {"https": 443, "http": 80}


def read_origins(text: str) -> list[str]:
    """One origin a line, each once, in the order given. Raises ValueError with the sentence for people."""
    found = dict.fromkeys(normal_origin(line) for line in text.split("\n") if line.strip())
    if len(found) > MOST_ORIGINS:
        raise ValueError(f"List at most {MOST_ORIGINS} origins.")
    return list(found)


def normal_origin(text: str) -> str:
    """The origin as browsers send it: lower case, without default port or slash. Raises ValueError with a sentence.

    >>> normal_origin("https://Shop.example.com:443/")
    'https://shop.example.com'
    """
    text = text.strip()
    shown = f"“{text[:100]}”"
    if "*" in text:
        raise ValueError(f"{shown} would let in pages of others. List each origin by its full name.")
    origin = _origin(text)
    if origin is None:
        raise ValueError(
            f"{shown} is not an origin. Write https://shop.example.com, with a port if it has one and no path; "
            "http is for localhost alone."
        )
    return origin


def _origin(text: str) -> str | None:
    match = _ORIGIN.fullmatch(text.lower()) if text.isascii() else None
    if match is None or not _is_host(match["host"]) or (match["scheme"] == "http" and match["host"] != "localhost"):
        return None
    default = _DEFAULT_PORTS[match["scheme"]]
    port = int(match["port"] or default)
    if not 0 < port < 65_536:
        return None
    return f"{match['scheme']}://{match['host']}" + ("" if port == default else f":{port}")


def _is_host(name: str) -> bool:
    if not name.rpartition(".")[2].isdigit():
        return len(name) <= NAME_LENGTH
    # Browsers take a name that ends with a number for an address.
    try:
        IPv4Address(name)
    except ValueError:
        return False
    return True
