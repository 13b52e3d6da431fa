"""One span envelope to one record (§6). Spans carry no level, evidence or mobile form, and lose no keys."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import columns
from logister_core.ingest.normalization.copies import fill_environment
from logister_core.ingest.normalization.identity import client_uuid
from logister_core.ingest.normalization.keys import add_aliases, normalize_key
from logister_core.ingest.normalization.mobile_scope import MobileScope
from logister_core.ingest.normalization.times import parse_time
from logister_core.ingest.normalization.values import (
    child,
    first_text,
    is_blank,
    is_scalar,
    number,
    scalar_text,
    text,
)
from logister_core.ingest.records import SpanRecord

SPAN_KINDS: Final = frozenset(
    {"app", "browser", "cache", "db", "http", "internal", "queue", "render", "resource", "server"}
)
_COPIED: Final = ("environment", "release", "service", "request_id", "transaction_name")
# `http.route` is one literal key here, as OpenTelemetry writes it.
_ROUTE: Final = (("route",), ("http.route",), ("transaction_name",))


def normalize_span(
    fields: dict[str, Any],
    context: dict[str, Any],
    *,
    received_at: datetime,
    default_environment: str | None,
    scope: MobileScope | None = None,
) -> SpanRecord:
    """The record of a span from its normalized top-level `fields` and its raw `context`, changed in place.

    Raises `Invalid` (reason invalid_span). The duration is never derived from the two times.
    """
    if scope is not None:
        scope.require_type("span")
    uuid = client_uuid(fields, reason="invalid_span")
    add_aliases(context, drop_sensitive=False)
    trace = child(context, "trace")
    trace_id = _text(fields.get("trace_id"), context.get("trace_id"), trace.get("trace_id"))
    span_id = _text(fields.get("span_id"), context.get("span_id"), trace.get("span_id"))
    parent_span_id = _text(fields.get("parent_span_id"), context.get("parent_span_id"), trace.get("parent_span_id"))
    started_at = _started_at(fields, context, received_at)
    if trace_id is None or span_id is None or started_at is None:
        raise Invalid(_errors(trace_id, span_id, started_at), reason="invalid_span")
    name = _text(fields.get("name"), fields.get("message"), context.get("name"), context.get("span_name"), "span")
    kind = _kind(fields, context)
    duration_ms = _duration_ms(fields, context)
    for key, value in (
        ("trace_id", trace_id),
        ("span_id", span_id),
        ("parent_span_id", parent_span_id),
        ("span_kind", kind),
        ("duration_ms", duration_ms or None),
        *((key, fields.get(key)) for key in _COPIED),
    ):
        if is_scalar(value) and not is_blank(value) and is_blank(context.get(key)):
            context[key] = value
    fill_environment(context, default_environment)
    if scope is not None:
        scope.bind(context)
    return SpanRecord(
        client_uuid=uuid,
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent_span_id,
        name=name or "span",
        kind=kind,
        status=_text(fields.get("status"), context.get("status")),
        duration_ms=duration_ms,
        started_at=started_at,
        ended_at=_ended_at(fields, context, started_at, duration_ms),
        context=context,
        environment=columns.environment(context),
        release=first_text(context, columns.RELEASE),
        service=first_text(context, columns.SERVICE),
        request_id=first_text(context, columns.REQUEST_ID),
        transaction_name=first_text(context, _ROUTE) or name or "span",
    )


def span_uuid(project_id: int, trace_id: str, span_id: str) -> UUID:
    """The identity of a span that the client sent without one: the same span always gets the same."""
    source = f"logister:span:{project_id}:{trace_id}:{span_id}"
    digest = list(hashlib.sha256(source.encode()).hexdigest()[:32])
    digest[12] = "5"
    digest[16] = f"{int(digest[16], 16) & 3 | 8:x}"
    return UUID("".join(digest))


def _text(*candidates: object) -> str | None:
    return next((found for found in map(text, candidates) if found is not None), None)


def _first(*candidates: object) -> object:
    return next((value for value in candidates if not is_blank(value)), None)


def _errors(trace_id: str | None, span_id: str | None, started_at: datetime | None) -> list[str]:
    return [
        message
        for message, value in (
            ("Trace can't be blank", trace_id),
            ("Span can't be blank", span_id),
            ("Started at can't be blank", started_at),
        )
        if value is None
    ]


def _kind(fields: dict[str, Any], context: dict[str, Any]) -> str:
    sent = _first(fields.get("kind"), fields.get("span_kind"), context.get("kind"), context.get("span_kind"))
    kind = normalize_key((scalar_text(sent) or "").strip())
    return kind if kind in SPAN_KINDS else "internal"


def _duration_ms(fields: dict[str, Any], context: dict[str, Any]) -> float:
    duration = number(_first(fields.get("duration_ms"), context.get("duration_ms")))
    return duration if duration is not None and duration > 0 else 0.0


def _started_at(fields: dict[str, Any], context: dict[str, Any], received_at: datetime) -> datetime | None:
    """None when a time was sent but cannot be read."""
    sent = _first(fields.get("started_at"), fields.get("occurred_at"), context.get("started_at"))
    return received_at if sent is None else parse_time(sent)


def _ended_at(fields: dict[str, Any], context: dict[str, Any], started_at: datetime, duration_ms: float) -> datetime:
    ended_at = parse_time(_first(fields.get("ended_at"), context.get("ended_at")))
    if ended_at is not None:
        return ended_at
    try:
        return started_at + timedelta(milliseconds=duration_ms)
    except OverflowError:
        # A duration of thousands of years is a broken clock, not an end.
        return started_at
