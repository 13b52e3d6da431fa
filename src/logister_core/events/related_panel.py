"""What belongs to the same trace, request, session or person: spans, and logs around the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from logister_core.error_groups.payload import text_of
from logister_core.error_groups.policy import RECEIVED_ONLY, REPORTING_INTERVAL
from logister_core.events.offsets import offset_text
from logister_core.events.queries import LOGS_WITHIN, EventQuery, LogLine
from logister_core.events.trace_panel import TracePanel, trace_panel
from logister_core.ingest.models import IngestEvent
from logister_core.redaction import redact
from logister_core.web.formatting import first_line, middle_cut

MAX_MESSAGE = 400


@dataclass(frozen=True, slots=True)
class RelatedLine:
    """`offset` is the time to the event, as "−12.4 s": that is what one reads a log around a failure for."""

    line: LogLine
    message: str
    offset: str


@dataclass(frozen=True, slots=True)
class RelatedPanel:
    """Logs before and after the event, oldest first; `why_none` explains that there are none. `trace` is None when
    no spans are known.
    """

    trace: TracePanel | None
    before: list[RelatedLine]
    after: list[RelatedLine]
    occurred_at: datetime
    why_none: str | None


def related_panel(
    query: EventQuery, event: IngestEvent, context: dict[str, Any], *, span_id: str | None = None
) -> RelatedPanel:
    """`span_id` is the span that the event names."""
    window = window_of(event, context)
    why_none = None
    lines: list[LogLine] = []
    interval = event.time_precision == REPORTING_INTERVAL
    if window is None:
        why_none = "When this happened is not known well enough to say which logs belong to it."
    elif not (event.trace_id or event.request_id or event.session_id or (event.end_user_id and not interval)):
        why_none = (
            "This event has no trace, request, session or user id to find logs by. Clients send them by themselves "
            "when logs and errors are captured inside one request."
        )
    else:
        lines = query.related_logs(event, since=window[0], until=window[1], by_user=not interval)
        if not lines:
            why_none = "No log within five minutes of it has the same trace, request, session or user id."
    before = [line for line in lines if line.occurred_at <= event.occurred_at]
    return RelatedPanel(
        trace=trace_panel(query.spans(event), event, span_id),
        before=[_shown(line, event) for line in before],
        after=[_shown(line, event) for line in lines[len(before) :]],
        occurred_at=event.occurred_at,
        why_none=why_none,
    )


def span_of(context: dict[str, Any]) -> str | None:
    """The span that a stored context names."""
    trace = context.get("trace")
    return text_of(context, "span_id") or (text_of(trace, "span_id") if isinstance(trace, dict) else None)


def window_of(event: IngestEvent, context: dict[str, Any]) -> tuple[datetime, datetime] | None:
    if event.time_precision == RECEIVED_ONLY:
        return None
    if event.time_precision != REPORTING_INTERVAL:
        return event.occurred_at - LOGS_WITHIN, event.occurred_at + LOGS_WITHIN
    time = context.get("telemetry_evidence", {}).get("time", {})
    start, end = time.get("reporting_start"), time.get("reporting_end")
    return (datetime.fromisoformat(start), datetime.fromisoformat(end)) if start and end else None


def _shown(line: LogLine, event: IngestEvent) -> RelatedLine:
    message = middle_cut(first_line(redact(line.message)), MAX_MESSAGE)
    return RelatedLine(line, message, offset_text((line.occurred_at - event.occurred_at).total_seconds()))
