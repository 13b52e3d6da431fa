"""The typed columns of a record, read from its normalized context (§5.4, Insights chapter §2).

Only snake_case paths are looked up: every other spelling has its alias by now.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from logister_core.ingest.normalization.copies import DEFAULT_ENVIRONMENT
from logister_core.ingest.normalization.values import child, dotted, first_text, number, scalar_text, text

TAGS_KEPT: Final = 50
FINGERPRINT_BYTES: Final = 1024
"""Longer fingerprints are stored as their beginning and a SHA-256, so that equal ones stay equal."""

RELEASE: Final = dotted("release")
SERVICE: Final = dotted("service")
# The Express hook names both only inside the request when it sends an error.
TRACE_ID: Final = dotted("trace_id", "trace.trace_id", "request.trace_id")
REQUEST_ID: Final = dotted("request_id", "trace.request_id", "request.request_id")
SESSION_ID: Final = dotted("session_id", "session.id")
USER_ID: Final = dotted("user_id", "user.id")
TRANSACTION_NAME: Final = dotted("transaction_name")
EXCEPTION_CLASS: Final = dotted("exception.class", "exception.type", "exception_class")
METRIC_UNIT: Final = dotted("unit", "metric.unit")

_STATUS_CODE: Final = dotted(
    "http_status_code", "status_code", "http.status_code", "response.status_code", "response.status"
)
_STATUS: Final = {
    # Celery's hook sends the task's state where web frameworks send a status.
    "transaction": dotted("transaction_status", "status") + _STATUS_CODE + dotted("task_state"),
    "check_in": dotted("check_in_status", "status"),
}


def environment(context: dict[str, Any]) -> str:
    return text(context.get("environment")) or DEFAULT_ENVIRONMENT


def status(context: dict[str, Any], event_type: str) -> str | None:
    """`503`, `ok`, `error` … as text: the word or number the event ended with."""
    return first_text(context, _STATUS.get(event_type, _STATUS_CODE))


def metric_value(context: dict[str, Any]) -> float | None:
    value = number(context.get("value"))
    return number(child(context, "metric").get("value")) if value is None else value


def tags(context: dict[str, Any]) -> dict[str, str]:
    """Scalar members of `context.tags`, in the order sent; nested and blank ones are left to the context."""
    found: dict[str, str] = {}
    for key, value in child(context, "tags").items():
        label = text(value)
        if label is not None:
            found[key[:255]] = label
            if len(found) == TAGS_KEPT:
                break
    return found


def fingerprint(value: object) -> str | None:
    """The client's grouping key as sent; blank is absent."""
    found = scalar_text(value)
    if found is None or not found or found.isspace():
        return None
    encoded = found.encode("utf-8")
    if len(encoded) <= FINGERPRINT_BYTES:
        return found
    digest = f"…sha256:{hashlib.sha256(encoded).hexdigest()}"
    room = FINGERPRINT_BYTES - len(digest.encode("utf-8"))
    return encoded[:room].decode("utf-8", "ignore") + digest
