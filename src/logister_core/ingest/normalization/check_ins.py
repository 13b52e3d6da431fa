"""One check-in to one event record (§8.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import columns
from logister_core.ingest.normalization.evidence import EXACT, add_evidence
from logister_core.ingest.normalization.identity import client_uuid
from logister_core.ingest.normalization.mobile_scope import MobileScope
from logister_core.ingest.normalization.values import first_text, is_blank, number, positive_integer, text
from logister_core.ingest.records import EventRecord

DEFAULT_INTERVAL_SECONDS: Final = 300
MAX_INTERVAL_SECONDS: Final = 2**31 - 1
"""Largest value of the monitor's integer column; 68 years mean "never expected again" just as well."""


def normalize_check_in(
    fields: dict[str, Any],
    *,
    received_at: datetime,
    default_environment: str | None,
    scope: MobileScope | None = None,
) -> EventRecord:
    """The record of a check-in from the fields of `check_in_envelope`; raises `Invalid`.

    Only `status` error means failure, any other text is healthy. `checked_at` counts as `occurred_at`.
    """
    if scope is not None:
        scope.require_type("check_in")
    uuid = client_uuid(fields, reason="invalid_check_in")
    slug = text(fields.get("slug"))
    if slug is None:
        raise Invalid(["Message can't be blank"], reason="invalid_check_in")
    status = text(fields.get("status")) or "ok"
    environment = text(fields.get("environment")) or default_environment
    duration_ms = number(fields.get("duration_ms"))
    if duration_ms is not None and duration_ms <= 0:
        duration_ms = None
    release = text(fields.get("release"))
    trace_id = text(fields.get("trace_id"))
    request_id = text(fields.get("request_id"))
    members = {
        "environment": environment,
        "release": release,
        "check_in_slug": slug,
        "check_in_status": status,
        "expected_interval_seconds": interval_seconds(fields.get("expected_interval_seconds")),
        "duration_ms": duration_ms,
        "trace_id": trace_id,
        "request_id": request_id,
    }
    context: dict[str, Any] = {key: value for key, value in members.items() if value is not None}
    if scope is not None:
        scope.bind(context)
    sent_time = fields.get("occurred_at")
    if is_blank(sent_time):
        sent_time = fields.get("checked_at")
    time = add_evidence(context, occurred_at=sent_time, received_at=received_at)
    return EventRecord(
        client_uuid=uuid,
        event_type="check_in",
        level="error" if status == "error" else "info",
        message=slug,
        fingerprint=None,
        occurred_at=time.occurred_at,
        # A check-in without a time was made when it arrived.
        precision=EXACT,
        context=context,
        environment=columns.environment(context),
        release=first_text(context, columns.RELEASE),
        service=first_text(context, columns.SERVICE),
        trace_id=trace_id,
        request_id=request_id,
        session_id=first_text(context, columns.SESSION_ID),
        user_id=None,
        transaction_name=None,
        metric_unit=None,
        exception_class=None,
        status_code=status,
        duration_ms=duration_ms,
        metric_value=None,
        tags={},
        has_source_context=False,
    )


def interval_seconds(value: object) -> int:
    """Seconds between two check-ins; anything but a whole number above zero is the default of 300."""
    return min(positive_integer(value) or DEFAULT_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS)
