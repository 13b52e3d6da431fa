"""Parts of a request that some languages send apart and others only inside of its address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from logister_core.error_groups.payload import object_of
from logister_core.error_groups.request_details import RequestDetails
from logister_core.web.formatting import middle_cut

MAX_PARAMETERS = 100
MAX_MATCHES = 20

_QUERY_KEYS = ("query", "query_params", "query_parameters")
_MATCH_KEYS = ("endpoint_matches", "candidate_endpoints", "matches")
_MATCHES = "Matches:"


def query_of(safe: Mapping[str, Any], details: RequestDetails) -> dict[str, Any]:
    """The query's parameters: as sent, else out of the query string or the address; of several equal ones all."""
    request = safe.get("request")
    sent = object_of(request, *_QUERY_KEYS) if isinstance(request, dict) else None
    if sent is not None:
        return sent
    text = (details.query_string or "").removeprefix("?")
    if not text:
        try:
            text = urlsplit(details.url or "").query
        except ValueError:
            return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return {}
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = value if name not in found else f"{found[name]}, {value}"
    return found


def endpoint_matches(safe: Mapping[str, Any], message: str) -> list[str]:
    """The endpoints a request could have meant (.NET): as sent, else the lines after "Matches:" in the message."""
    request = safe.get("request")
    for holder in (safe, request if isinstance(request, dict) else {}):
        for key in _MATCH_KEYS:
            sent = holder.get(key)
            if isinstance(sent, list):
                return [middle_cut(text, 300) for item in sent[:MAX_MATCHES] if (text := _name(item))]
    _, marker, rest = message[:20_000].partition(_MATCHES)
    if not marker:
        return []
    lines = [line.strip() for line in rest.splitlines()]
    return [middle_cut(line, 300) for line in lines if line][:MAX_MATCHES]


def _name(item: Any) -> str:
    if isinstance(item, dict):
        item = item.get("display_name") or item.get("name") or item.get("route") or ""
    return item.strip() if isinstance(item, str) else ""
