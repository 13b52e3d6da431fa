"""One event envelope to one record (§5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import columns
from logister_core.ingest.normalization.copies import copy_fields
from logister_core.ingest.normalization.evidence import EXACT, RECEIVED_ONLY, add_evidence
from logister_core.ingest.normalization.identity import client_uuid
from logister_core.ingest.normalization.keys import add_aliases, normalized_fields
from logister_core.ingest.normalization.mobile import canonicalize
from logister_core.ingest.normalization.mobile_scope import MobileScope
from logister_core.ingest.normalization.source_context import names_source
from logister_core.ingest.normalization.spans import normalize_span
from logister_core.ingest.normalization.values import first_text, number, scalar_text, text
from logister_core.ingest.records import EventRecord, SpanRecord

EVENT_TYPES: Final = frozenset({"error", "metric", "transaction", "log", "check_in"})


def normalize_event(
    event: dict[str, Any],
    *,
    received_at: datetime,
    default_environment: str | None,
    mobile: bool,
    scope: MobileScope | None = None,
) -> EventRecord | SpanRecord:
    """The record of a raw `event` as decoded and within limits; raises `IngestError`.

    `event` is consumed: its context is changed in place and becomes the record's. `received_at` is aware UTC.
    `mobile` says that the project is of kind android or ios, where an event without any time is only known
    to have been received; elsewhere such an event happened, exactly enough, when it arrived. `scope` is that of the
    mobile token which sent it.
    """
    fields = normalized_fields(event)
    context = fields.get("context")
    if not isinstance(context, dict):
        context = {}
    event_type = fields.get("event_type")
    if event_type == "span":
        return normalize_span(
            fields, context, received_at=received_at, default_environment=default_environment, scope=scope
        )
    if scope is not None:
        scope.require_type(event_type)
    uuid = client_uuid(fields)
    event_type, message = _validated(event_type, scalar_text(fields.get("message")) or "")
    add_aliases(context, drop_sensitive=True)
    copy_fields(fields, context, event_type=event_type, default_environment=default_environment)
    canonicalize(context)
    if scope is not None:
        scope.bind(context)
    time = add_evidence(context, occurred_at=fields.get("occurred_at"), received_at=received_at)
    is_metric = event_type == "metric"
    return EventRecord(
        client_uuid=uuid,
        event_type=event_type,
        level=text(fields.get("level")),
        # A metric's message is its name, and names are compared exactly.
        message=message.strip() if is_metric else message,
        fingerprint=columns.fingerprint(fields.get("fingerprint")),
        occurred_at=time.occurred_at,
        precision=EXACT if time.precision == RECEIVED_ONLY and not mobile else time.precision,
        context=context,
        environment=columns.environment(context),
        release=first_text(context, columns.RELEASE),
        service=first_text(context, columns.SERVICE),
        trace_id=first_text(context, columns.TRACE_ID),
        request_id=first_text(context, columns.REQUEST_ID),
        session_id=first_text(context, columns.SESSION_ID),
        user_id=first_text(context, columns.USER_ID),
        transaction_name=first_text(context, columns.TRANSACTION_NAME),
        metric_unit=first_text(context, columns.METRIC_UNIT) if is_metric else None,
        exception_class=first_text(context, columns.EXCEPTION_CLASS),
        status_code=columns.status(context, event_type),
        duration_ms=number(context.get("duration_ms")),
        metric_value=columns.metric_value(context) if is_metric else None,
        tags=columns.tags(context),
        has_source_context=names_source(context),
    )


def is_span(event: dict[str, Any]) -> bool:
    """Whether a raw `event` will become a span."""
    return normalized_fields(event).get("event_type") == "span"


def _validated(event_type: object, message: str) -> tuple[str, str]:
    known = event_type if isinstance(event_type, str) and event_type in EVENT_TYPES else None
    errors = []
    if known is None:
        errors.append("Event type is not included in the list")
    if not message or message.isspace():
        errors.append("Message can't be blank")
    if known is None or errors:
        raise Invalid(errors)
    return known, message
