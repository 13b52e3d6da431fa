"""What of a request's address may be logged (spec 80 §9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

FILTERED = "[FILTERED]"

_SENSITIVE = re.compile(
    "passw|email|secret|token|_key|crypt|salt|certificate|otp|ssn|cvv|cvc|settings|test_recipient", re.IGNORECASE
)
_UUID = re.compile(rb"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_OPAQUE_LENGTH = 20
_LONGEST_PATH = 1000


def is_sensitive(name: str) -> bool:
    """Whether the value of a parameter called `name` must not be logged: the name contains a telling part."""
    return _SENSITIVE.search(name) is not None


def loggable_path(environ: Mapping[str, Any], matched: Mapping[str, Any] | None) -> str:
    """The request's path, percent-encoded, at most 1,000 characters, with secret segments replaced.

    `matched` is the match of its route: values of placeholders with a sensitive name are secret. Where no route
    matched (None), a mistyped link may still hold a token, so every long segment that is no UUID is replaced.
    """
    path: bytes = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}".encode("latin-1", "replace")
    hidden = frozenset(_hidden_values(matched or {}))
    segments = (
        FILTERED if segment in hidden or (matched is None and _is_opaque(segment)) else quote(segment, safe="@:+,;=")
        for segment in path.split(b"/")
    )
    return "/".join(segments)[:_LONGEST_PATH] or "/"


def loggable_query(query: str) -> str:
    """The query string with the values of sensitive parameters replaced."""
    pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="replace")
    shown = [(name, FILTERED if is_sensitive(name) else value) for name, value in pairs]
    return urlencode(shown, safe="[]@:/,")[:_LONGEST_PATH]


def _hidden_values(matched: Mapping[str, Any]) -> Iterable[bytes]:
    for name, value in matched.items():
        if is_sensitive(name):
            for part in value if isinstance(value, tuple) else (value,):
                yield from str(part).encode().split(b"/")


def _is_opaque(segment: bytes) -> bool:
    return len(segment) >= _OPAQUE_LENGTH and not _UUID.fullmatch(segment)
