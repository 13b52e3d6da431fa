"""What surrounded an event, in groups of facts; whatever has no group of its own follows as a tree, and raw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from logister_core.bounded_json import bound_json
from logister_core.error_groups.request_details import RequestDetails, request_details
from logister_core.events import context_keys as keys
from logister_core.events.facts import Fact, fact, facts_of
from logister_core.events.request_facts import endpoint_matches, query_of
from logister_core.events.value_filters import ValueFilters
from logister_core.events.values import tree, without_aliases
from logister_core.ingest.models import IngestEvent
from logister_core.ingest.normalization import normalize_key
from logister_core.redaction import redact
from logister_core.web import formatting as fmt

# Bytes of JSON on the page.
MAX_RAW = 400_000
MAX_MESSAGE = 20_000


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    facts: list[Fact]


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


def context_panel(
    event: IngestEvent,
    safe: dict[str, Any],
    filters: ValueFilters,
    deployment: Sequence[tuple[str, str]] = (),
) -> ContextPanel:
    """`safe` is the event's context as `safe_context` leaves it, `deployment` rows (label, text) of the one it came
    with.
    """
    details = request_details(safe)
    message = redact(event.message)
    sections = [
        Section("Measurement", list(_present(_measurement(event)))),
        Section("Request", list(_present(_request(event, details)))),
        Section("Query", facts_of(query_of(safe, details))),
        Section("Parameters", facts_of(details.params)),
        Section("Route", _route(safe)),
        Section(
            "Endpoint matches", [fact(str(n), match) for n, match in enumerate(endpoint_matches(safe, message), 1)]
        ),
        Section("Headers", facts_of(details.headers)),
        Section("CGI", facts_of(safe.get("cgi"))),
        Section("Person", list(_present(_person(event, safe)))),
        Section("Release and environment", list(_release(event, safe, filters, deployment))),
        Section("Runtime", _named(safe, keys.RUNTIME)),
        Section("Task", _named(safe, keys.TASK)),
        Section("Logger", _named(safe, keys.LOGGER) if event.event_type == "log" else []),
        Section("Tags", facts_of(redact(event.tags or {}, "tags"))),
        Section("Event", list(_event(event, filters))),
    ]
    known = keys.SHOWN | keys.SOURCE.keys() | keys.RUNTIME.keys() | keys.TASK.keys()
    if event.event_type == "log":
        known |= keys.LOGGER.keys()
    rest = {key: value for key, value in without_aliases(safe).items() if normalize_key(key) not in known}
    bounded = bound_json(safe, MAX_RAW, max_string=MAX_RAW, max_items=10_000)
    return ContextPanel(
        sections=[section for section in sections if section.facts],
        message=message[:MAX_MESSAGE] if "\n" in message.strip() or len(message) > 200 else None,
        rest=tree(rest) if rest else None,
        raw=json.dumps(bounded.value, indent=2, ensure_ascii=False),
        raw_cut=bounded.truncated,
    )


def _request(event: IngestEvent, details: RequestDetails) -> Iterable[tuple[str, str | None]]:
    yield "Method", details.http_method
    yield "Address", details.target
    yield "Route", details.rails_action or details.route
    yield "Status", event.status_code
    yield "Client address", details.client_ip
    yield "Referrer", details.referer
    yield "HTTP version", details.http_version


def _route(safe: Mapping[str, Any]) -> list[Fact]:
    request = safe.get("request")
    holders = [safe, request] if isinstance(request, dict) else [safe]
    return next((facts_of(holder[key]) for holder in holders for key in keys.ROUTE if holder.get(key)), [])


def _measurement(event: IngestEvent) -> Iterable[tuple[str, str | None]]:
    if event.metric_value is not None:
        yield "Value", f"{event.metric_value:,.10g} {event.metric_unit or ''}".rstrip()
    if event.duration_ms is not None:
        yield "Duration", fmt.duration_text(event.duration_ms)
    if event.event_type != "error":
        yield "Transaction", event.transaction_name
    if event.event_type in ("transaction", "check_in"):
        yield "Status", event.status_code


def _person(event: IngestEvent, safe: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    # The redactor hides ids because exports leave the server; people of the project may see whom an error hit.
    yield "Id", event.end_user_id
    user = safe.get("user")
    if isinstance(user, dict):
        yield from ((key, value) for key, value in without_aliases(user).items() if key != "id")
    yield "Session", event.session_id


def _release(
    event: IngestEvent, safe: Mapping[str, Any], filters: ValueFilters, deployment: Sequence[tuple[str, str]]
) -> Iterable[Fact]:
    if event.release:
        yield fact("Release", event.release, filters.address("release", event.release))
    yield fact("Environment", event.environment, filters.address("environment", event.environment))
    if event.service:
        yield fact("Service", event.service, filters.address("service", event.service))
    yield from _named(safe, keys.SOURCE)
    yield from (fact(label, text) for label, text in deployment)


def _event(event: IngestEvent, filters: ValueFilters) -> Iterable[Fact]:
    yield fact("Id", str(event.uuid))
    if event.level:
        yield fact("Level", event.level, filters.address("level", event.level))
    yield fact("Occurred", fmt.time(event.occurred_at, "long"))
    yield fact("Received", fmt.time(event.received_at, "long"))
    if event.time_precision != "exact":
        yield fact("Time known by", event.time_precision.replace("_", " "))
    ids = (("Trace", event.trace_id), ("Request", event.request_id), ("Fingerprint", event.fingerprint))
    yield from _present(ids)


def _named(safe: Mapping[str, Any], labels: Mapping[str, str]) -> list[Fact]:
    """Facts for the keys that have a label; of several keys with one label the first that says something counts."""
    found: dict[str, Fact] = {}
    for key, label in labels.items():
        value = safe.get(key)
        if value not in (None, "", {}, []) and label not in found:
            found[label] = fact(label, value)
    return list(found.values())


def _present(rows: Iterable[tuple[str, Any]]) -> Iterable[Fact]:
    return (fact(label, value) for label, value in rows if value not in (None, ""))
