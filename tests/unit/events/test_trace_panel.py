"""The trace as a waterfall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from logister_core.events.trace_panel import SPANS_SHOWN, WIDTH, Span, trace_panel
from logister_core.ingest.models import IngestEvent

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def span(name, after=0, length=100.0, parent=None, **values):
    defaults = {"kind": "server", "status": None, "service": "web"} | values
    started_at = START + timedelta(milliseconds=after)
    return Span(1, name, parent, name, started_at=started_at, duration_ms=length, **defaults)


def drawn(*spans, at=0, span_id=None):
    return trace_panel(spans, IngestEvent(occurred_at=START + timedelta(milliseconds=at)), span_id)


def test_children_stand_below_their_parents_in_order_of_time():
    panel = drawn(span("root"), span("b", 50, 40, "root"), span("a", 10, 30, "root"), span("a1", 12, 3, "a"))
    assert [(bar.name, bar.depth) for bar in panel.bars] == [("root", 0), ("b", 1), ("a", 1), ("a1", 2)]


def test_bars_and_the_event_share_one_scale():
    panel = drawn(span("root"), span("half", 50, 50, "root"), at=75, span_id="half")
    assert [(bar.left, bar.width, bar.here) for bar in panel.bars] == [(0, 1000, False), (500, 500, True)]
    assert (panel.mark, panel.duration) == (750, "100 ms")


def test_what_lies_outside_or_is_tiny_stays_inside_the_drawing():
    for at in (-5_000, 5_000):
        panel = drawn(span("root"), span("dot", 100, 0.0), at=at)
        assert 0 <= panel.mark <= WIDTH
        assert all(bar.left + bar.width <= WIDTH and bar.width > 0 for bar in panel.bars)


def test_cycles_orphans_and_spans_without_length_are_drawn_once():
    panel = drawn(span("a", parent="b"), span("b", parent="a"), span("c", parent="c"), span("d", 0, 0.0, parent="gone"))
    assert sorted(bar.name for bar in panel.bars) == ["a", "b", "c", "d"]
    assert drawn(span("only", 0, 0.0)).bars[0].width > 0


def test_a_status_is_only_shown_when_something_went_wrong():
    panel = drawn(span("a", status="OK"), span("b", status="unset"), span("c", status="error"))
    assert [bar.status for bar in panel.bars] == ["", "", "error"]


def test_a_long_trace_is_cut_and_says_so():
    panel = drawn(*(span(f"s{number}", number) for number in range(SPANS_SHOWN + 1)))
    assert len(panel.bars) == SPANS_SHOWN
    assert panel.more
    assert drawn() is None
