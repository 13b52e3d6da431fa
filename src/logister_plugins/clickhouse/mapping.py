"""From an event or a span to a row of ClickHouse (specification, ClickHouse chapter §7.6).

Every value is one that its column takes: a single one that is not would have the whole insert refused.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from logister_core.ingest.models import EventType, IngestEvent, TraceSpan
from logister_core.ingest.normalization.columns import tags

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TYPES: Final = frozenset(kind.value for kind in EventType)
_NO_ADDRESS: Final = "::"
_MOST_SECONDS: Final = 2**32 - 1


def event_row(event: IngestEvent, slug: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """`slug` is that of the project, `body` the unpacked one of the event."""
    kind = event.event_type if event.event_type in _TYPES else EventType.METRIC.value
    context, level = body["context"], event.level or ""
    fingerprint = event.fingerprint or _fingerprint(kind, event.message, level)
    check_in, status = kind == EventType.CHECK_IN, event.status_code or ""
    return {
        "event_id": str(event.uuid),
        "occurred_at": _time(event.occurred_at),
        "event_type": kind,
        "level": level,
        "fingerprint": fingerprint,
        "message": event.message,
        "exception_class": event.exception_class or "",
        "transaction_name": event.transaction_name or "",
        "trace_id": event.trace_id or "",
        "request_id": event.request_id or "",
        "metric_name": event.message if kind == EventType.METRIC else "",
        "metric_value": _number(event.metric_value),
        "metric_unit": event.metric_unit or "",
        "duration_ms": _number(event.duration_ms),
        "transaction_status": status if kind == EventType.TRANSACTION else "",
        "log_severity": level if kind == EventType.LOG else "",
        "error_fingerprint": fingerprint if kind == EventType.ERROR else "",
        "check_in_slug": _word(context.get("check_in_slug")) if check_in else "",
        "check_in_status": status if check_in else "",
        "check_in_expected_interval_seconds": _seconds(context.get("expected_interval_seconds")) if check_in else None,
        "tags": dict(event.tags or {}),
        **_common(event, slug, body),
    }


def span_row(span: TraceSpan, slug: str, body: Mapping[str, Any]) -> dict[str, Any]:
    context = body["context"]
    status = context.get("http_status_code")
    return {
        "span_id": str(span.uuid),
        "trace_id": span.trace_id,
        "external_span_id": span.span_id,
        "parent_span_id": span.parent_span_id or "",
        "name": span.name,
        "kind": span.kind,
        "status": span.status or "",
        "duration_ms": _number(span.duration_ms) or 0.0,
        "started_at": _time(span.started_at),
        "ended_at": _time(span.ended_at),
        # What intake reads from `route`, `http.route` or `transaction_name`.
        "route": span.transaction_name or span.name,
        "request_id": span.request_id or "",
        "http_method": _word(context.get("http_method")) or _word(context.get("method")),
        "http_status_code": _http_status(context.get("status_code") if status is None else status),
        "is_root": 0 if span.parent_span_id else 1,
        "tags": tags(context),
        **_common(span, slug, body),
    }


def _common(row: IngestEvent | TraceSpan, slug: str, body: Mapping[str, Any]) -> dict[str, Any]:
    request = body.get("request") or {}
    return {
        "project_id": row.project_id,
        "api_key_id": row.api_key_id,
        # Rows never change; of two with the same identity the one that came later would win.
        "projection_version": max((row.received_at - _EPOCH) // _MICROSECOND, 0),
        # Beyond what JSON can say as a number.
        "identity_checksum": str(row.uuid.int),
        "received_at": _time(row.received_at),
        "environment": row.environment,
        "service": row.service or slug,
        "release": row.release or "",
        "context_json": orjson.dumps(body["context"]).decode(),
        "ip": _address(request.get("ip")),
        "user_agent": _word(request.get("user_agent")),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 <= number <= _MOST_SECONDS else None


def _http_status(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 999:
        return value
    return None


def _address(value: object) -> str:
    """Without a zone, which only means something on the machine that wrote it down."""
    try:
        return str(ipaddress.ip_address(_word(value).partition("%")[0]))
    except ValueError:
        return _NO_ADDRESS


def _fingerprint(kind: str, message: str, level: str) -> str:
    return hashlib.sha256(f"{kind}|{message}|{level}".encode()).hexdigest()[:32]
