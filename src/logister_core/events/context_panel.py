"""What surrounded an event, in groups of facts; whatever has no group of its own follows as a tree, and raw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from logister_core.bounded_json import bound_json
from logister_core.error_groups.request_details import RequestDetails, request_details
from logister_core.events.values import shown_value, tree, without_aliases
from logister_core.ingest.models import IngestEvent
from logister_core.ingest.normalization import normalize_key
from logister_core.redaction import redact
from logister_core.web import formatting as fmt

Row = tuple[str, str | Markup | None]

# Bytes of JSON on the page.
MAX_RAW = 400_000
MAX_MESSAGE = 20_000

_SOURCE = {
    "repository": "Repository",
    "commit_sha": "Commit",
    "branch": "Branch",
    "build_number": "Build",
    "region": "Region",
}
_RUNTIME = {
    "runtime": "Runtime",
    "runtime_name": "Runtime",
    "runtime_version": "Runtime version",
    "python_version": "Python",
    "python_implementation": "Implementation",
    "ruby_version": "Ruby",
    "rails_version": "Rails",
    "node_version": "Node",
    "dotnet_version": ".NET",
    "framework": "Framework",
    "framework_version": "Framework version",
    "platform": "Platform",
    "hostname": "Host",
    "host": "Host",
    "server_name": "Host",
    "process_id": "Process",
    "pid": "Process",
    "thread": "Thread",
    "thread_name": "Thread",
    "os_name": "System",
    "os_version": "System version",
}
_TASK = {
    "task_name": "Task",
    "task_id": "Task id",
    "task_state": "State",
    "queue": "Queue",
    "retries": "Retries",
    "eta": "Due",
}
_LOGGER = {
    "logger": "Logger",
    "logger_name": "Logger",
    "function": "Function",
    "function_name": "Function",
    "file": "File",
    "pathname": "File",
    "line": "Line",
    "line_number": "Line",
}
# Shown elsewhere on the page, in the request's section, or the server's own words about the event.
_SHOWN = frozenset(
    {
        "exception", "telemetry_evidence", "environment", "release", "service", "tags", "user", "user_id", "session_id",
        "trace_id", "request_id", "transaction_name", "duration_ms", "request", "headers", "params", "client_ip",
        "http_method", "method", "http_version", "path", "query_string", "url", "referer", "referrer", "rails_action",
        "route", "endpoint", "frames", "backtrace", "stacktrace", "stack_trace", "stack", "tag_context", "message",
        "level", "event_type",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class ContextPanel:
    """`message` is the whole message when the head shows less, `rest` a tree, `raw` JSON text; None where there is
    nothing. `raw_cut` tells that `raw` is only the beginning.
    """

    sections: list[Section]
    message: str | None
    rest: Markup | None
    raw: str
    raw_cut: bool


def context_panel(event: IngestEvent, safe: dict[str, Any]) -> ContextPanel:
    """`safe` is the event's context as `safe_context` leaves it."""
    details = request_details(safe)
    message = redact(event.message)
    sections = [
        Section("Measurement", list(_present(_measurement(event)))),
        Section("Request", list(_present(_request_rows(event, details)))),
        Section("Parameters", _cells(details.params)),
        Section("Headers", _cells(details.headers)),
        Section("Person", list(_present(_person(event, safe)))),
        Section("Release and environment", list(_present(_release(event, safe)))),
        Section("Runtime", _named(safe, _RUNTIME)),
        Section("Task", _named(safe, _TASK)),
        Section("Logger", _named(safe, _LOGGER) if event.event_type == "log" else []),
        Section("Tags", _cells(redact(event.tags or {}, "tags"))),
        Section("Event", list(_present(_event(event)))),
    ]
    known = _SHOWN | _SOURCE.keys() | _RUNTIME.keys() | _TASK.keys()
    if event.event_type == "log":
        known |= _LOGGER.keys()
    rest = {key: value for key, value in without_aliases(safe).items() if normalize_key(key) not in known}
    bounded = bound_json(safe, MAX_RAW, max_string=MAX_RAW, max_items=10_000)
    return ContextPanel(
        sections=[section for section in sections if section.rows],
        message=message[:MAX_MESSAGE] if "\n" in message.strip() or len(message) > 200 else None,
        rest=tree(rest) if rest else None,
        raw=json.dumps(bounded.value, indent=2, ensure_ascii=False),
        raw_cut=bounded.truncated,
    )


def _request_rows(event: IngestEvent, details: RequestDetails) -> Iterable[tuple[str, str | None]]:
    yield "Method", details.http_method
    yield "Address", details.target
    yield "Route", details.rails_action or details.route
    yield "Status", event.status_code
    yield "Client address", details.client_ip
    yield "Referrer", details.referer
    yield "HTTP version", details.http_version


def _measurement(event: IngestEvent) -> Iterable[tuple[str, str | None]]:
    if event.metric_value is not None:
        yield "Value", f"{event.metric_value:,.10g} {event.metric_unit or ''}".rstrip()
    if event.duration_ms is not None:
        yield "Duration", fmt.duration_text(event.duration_ms)
    if event.event_type != "error":
        yield "Transaction", event.transaction_name
    if event.event_type in ("transaction", "check_in"):
        yield "Status", event.status_code


def _person(event: IngestEvent, safe: Mapping[str, Any]) -> Iterable[Row]:
    # The redactor hides ids because exports leave the server; people of the project may see whom an error hit.
    yield "Id", event.end_user_id
    user = safe.get("user")
    if isinstance(user, dict):
        yield from ((label, value) for label, value in _cells(user) if label != "id")
    yield "Session", event.session_id


def _release(event: IngestEvent, safe: Mapping[str, Any]) -> Iterable[Row]:
    yield "Release", event.release
    yield "Environment", event.environment
    yield "Service", event.service
    yield from _named(safe, _SOURCE)


def _event(event: IngestEvent) -> Iterable[Row]:
    yield "Id", str(event.uuid)
    yield "Level", event.level
    yield "Occurred", fmt.time(event.occurred_at, "long")
    yield "Received", fmt.time(event.received_at, "long")
    if event.time_precision != "exact":
        yield "Time known by", event.time_precision.replace("_", " ")
    yield "Trace", event.trace_id
    yield "Request", event.request_id
    yield "Fingerprint", event.fingerprint


def _named(safe: Mapping[str, Any], labels: Mapping[str, str]) -> list[Row]:
    """Rows for the keys that have a label; of several keys with one label the first that says something counts."""
    rows: dict[str, str | Markup] = {}
    for key, label in labels.items():
        value = safe.get(key)
        if value not in (None, "", {}, []) and label not in rows:
            rows[label] = shown_value(value)
    return list(rows.items())


def _cells(values: Any) -> list[Row]:
    if not isinstance(values, dict):
        return []
    return [(key[:200], shown_value(value)) for key, value in without_aliases(values).items()]


def _present(rows: Iterable[Row]) -> Iterable[Row]:
    return ((label, value) for label, value in rows if value not in (None, ""))
