"""The trace of an event as a waterfall: what ran when, and where in it the event happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.redaction import redact
from logister_core.web.formatting import duration_text, middle_cut

SPANS_SHOWN = 100
# Spans of a trace are looked for around the event, so that the database need not look into every month.
AROUND = timedelta(days=1)
# The scale of the drawing.
WIDTH = 1_000
MIN_BAR = 4
MAX_DEPTH = 12
MAX_NAME = 160

_FINE = frozenset({"", "ok", "unset", "success", "succeeded"})


class Span(NamedTuple):
    """The columns of a span that are drawn."""

    id: int
    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    status: str | None
    service: str | None
    started_at: datetime
    duration_ms: float


@dataclass(frozen=True, slots=True)
class SpanBar:
    """One line of the waterfall: `left` and `width` in thousandths of the trace, `depth` the indentation.

    `status` is empty for what went well; `here` marks the span in which the event happened.
    """

    name: str
    service: str | None
    status: str
    duration: str
    depth: int
    left: int
    width: int
    here: bool


@dataclass(frozen=True, slots=True)
class TracePanel:
    """`mark` is the event's place in thousandths; `more`: the trace has further spans that are not drawn."""

    bars: list[SpanBar]
    mark: int
    duration: str
    more: bool


def spans_of(session: Session, event: IngestEvent) -> list[Span]:
    """The first spans of the event's trace by time, one more than is shown; by the index of traces."""
    if not event.trace_id:
        return []
    span = TraceSpan
    rows = session.execute(
        select(*(getattr(span, name) for name in Span._fields))
        .where(
            span.project_id == event.project_id,
            span.trace_id == event.trace_id,
            span.started_at.between(event.occurred_at - AROUND, event.occurred_at + AROUND),
        )
        .order_by(span.started_at, span.id)
        .limit(SPANS_SHOWN + 1)
    )
    return [Span(*row) for row in rows]


def trace_panel(spans: Sequence[Span], event: IngestEvent, span_id: str | None) -> TracePanel | None:
    """`span_id` is the span that the event names. None without spans."""
    shown = spans[:SPANS_SHOWN]
    if not shown:
        return None
    start = min(span.started_at for span in shown)
    length = max(_milliseconds(span.started_at - start) + span.duration_ms for span in shown) or 1.0

    def place(milliseconds: float) -> int:
        return round(min(max(milliseconds / length, 0.0), 1.0) * WIDTH)

    bars = []
    for depth, span in _in_tree_order(shown):
        left = min(place(_milliseconds(span.started_at - start)), WIDTH - MIN_BAR)
        bars.append(
            SpanBar(
                name=middle_cut(redact(span.name), MAX_NAME),
                service=span.service,
                status="" if (span.status or "").lower() in _FINE else middle_cut(span.status, 40),
                duration=duration_text(span.duration_ms),
                depth=min(depth, MAX_DEPTH),
                left=left,
                width=min(max(place(span.duration_ms), MIN_BAR), WIDTH - left),
                here=span.span_id == span_id,
            )
        )
    mark = place(_milliseconds(event.occurred_at - start))
    return TracePanel(bars, mark, duration_text(length), more=len(spans) > len(shown))


def _in_tree_order(spans: Sequence[Span]) -> list[tuple[int, Span]]:
    """(depth, span): each below its parent, children by time; spans whose parent is missing stand at the top."""
    known = {span.span_id for span in spans}
    children: dict[str | None, list[Span]] = {}
    for span in spans:
        parent = span.parent_span_id if span.parent_span_id in known and span.parent_span_id != span.span_id else None
        children.setdefault(parent, []).append(span)
    ordered: list[tuple[int, Span]] = []
    waiting = [(0, span) for span in reversed(children.pop(None, []))]
    while waiting:
        depth, span = waiting.pop()
        ordered.append((depth, span))
        waiting += [(depth + 1, child) for child in reversed(children.pop(span.span_id, []))]
    # Spans that name each other as parents are nobody's children; they are still part of the trace.
    ordered += [(0, span) for rest in children.values() for span in rest]
    return ordered


def _milliseconds(delta: timedelta) -> float:
    return delta / timedelta(milliseconds=1)
