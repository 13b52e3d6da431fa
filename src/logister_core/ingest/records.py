"""One accepted signal, ready to be stored: the typed columns beside the context they were read from.

Text is cut to 255 characters, except `message` (whole) and `fingerprint` (see normalization.columns).
Times are aware UTC. `context` holds only values that orjson can write, without NUL or lone surrogates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class EventRecord:
    client_uuid: UUID | None
    """Sent by the client for idempotency; None lets the server choose."""
    event_type: str
    """error, metric, transaction, log or check_in."""
    level: str | None
    message: str
    fingerprint: str | None
    occurred_at: datetime
    precision: str
    """exact, reporting_interval or received_only: how far `occurred_at` can be trusted by triage."""
    context: dict[str, Any]
    environment: str
    release: str | None
    service: str | None
    trace_id: str | None
    request_id: str | None
    session_id: str | None
    user_id: str | None
    transaction_name: str | None
    metric_unit: str | None
    exception_class: str | None
    status_code: str | None
    """Status as text: an HTTP number where one was sent, else a word such as `error`."""
    duration_ms: float | None
    metric_value: float | None
    tags: dict[str, str]
    """Scalar members of `context.tags`, at most 50."""
    has_source_context: bool
    """The context names release, repository and commit: a deployment can be derived from it."""


@dataclass(slots=True)
class SpanRecord:
    client_uuid: UUID | None
    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    status: str | None
    duration_ms: float
    """Never negative; 0.0 when the client sent none."""
    started_at: datetime
    ended_at: datetime
    context: dict[str, Any]
    environment: str
    release: str | None
    service: str | None
    request_id: str | None
    transaction_name: str
    """The route shown for the span, else its name."""
