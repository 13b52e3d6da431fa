"""What may be shown of a context: redacted by keys, and by those inside of addresses too.

The redactor looks at the keys of objects; an address carries its keys inside one text.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

from logister_core.redaction import REDACTED, is_sensitive, redact

# More parameters than this are nobody's reading; the whole query is left out.
_MAX_PARAMETERS = 200
_QUERY_KEYS = frozenset({"query_string", "queryString", "QUERY_STRING", "query"})


def safe_context(context: dict[str, Any]) -> dict[str, Any]:
    """A copy of a stored context that may be shown, whatever part of it."""
    safe: dict[str, Any] = without_secret_parameters(redact(context))
    return safe


def safe_target(target: str) -> str:
    """An address whose secret parameters are replaced, and without the password of `user:password@host`."""
    try:
        parts = urlsplit(target)
        query = _safe_query(parts.query)
    except ValueError:
        return target.partition("?")[0]
    userinfo, _, host = parts.netloc.rpartition("@")
    if query == parts.query and not userinfo:
        return target
    return urlunsplit((parts.scheme, f"{REDACTED}@{host}" if userinfo else host, parts.path, query, parts.fragment))


def without_secret_parameters(value: Any, key: str | None = None) -> Any:
    """A copy of a JSON value in which every address and query string has passed `safe_target`."""
    if isinstance(value, dict):
        return {name: without_secret_parameters(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [without_secret_parameters(item, key) for item in value]
    if not isinstance(value, str):
        return value
    if key in _QUERY_KEYS and "=" in value:
        return safe_target("?" + value.removeprefix("?")).removeprefix("?")
    if value.startswith(("http://", "https://", "/")) and ("?" in value or "@" in value) and " " not in value:
        return safe_target(value)
    return value


def _safe_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    if not any(is_sensitive(name, "params") for name, _ in pairs):
        return query
    return "&".join(
        f"{quote_plus(name)}={REDACTED if is_sensitive(name, 'params') else quote_plus(value)}" for name, value in pairs
    )
