from datetime import UTC, datetime, timedelta

import pytest

from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import span_uuid
from logister_core.ingest.records import SpanRecord


def span(**fields):
    return {"event_type": "span", "trace_id": "t", "span_id": "s", **fields}


def test_case_10_26_a_span_without_uuid_has_always_the_same(normalize):
    first = span_uuid(7, "t", "s")
    assert first == span_uuid(7, "t", "s")
    assert first.version == 5
    assert first.variant == "specified in RFC 4122"
    assert len({first, span_uuid(8, "t", "s"), span_uuid(7, "t", "x"), span_uuid(7, "x", "s")}) == 4
    assert normalize(span()).client_uuid is None


def test_case_10_26_kind_end_and_duration_are_made_plausible(normalize):
    record = normalize(span(kind="weird", started_at="2026-02-14T12:00:00Z", duration_ms=250))
    assert isinstance(record, SpanRecord)
    assert record.kind == "internal"
    assert record.started_at == datetime(2026, 2, 14, 12, tzinfo=UTC)
    assert record.ended_at - record.started_at == timedelta(milliseconds=250)
    assert normalize(span(duration_ms=-5)).duration_ms == 0.0
    assert normalize(span(duration_ms="nan")).duration_ms == 0.0


def test_case_10_26_missing_ids_are_named(normalize):
    with pytest.raises(Invalid) as refusal:
        normalize({"event_type": "span", "message": "m", "started_at": "nonsense"})
    assert refusal.value.errors == [
        "Trace can't be blank",
        "Span can't be blank",
        "Started at can't be blank",
    ]
    assert refusal.value.reason == "invalid_span"


@pytest.mark.parametrize("value", ["2026-02-30T00:00:00Z", 1_760_000_000, "soon"])
def test_a_start_that_cannot_be_read_is_refused(normalize, value):
    with pytest.raises(Invalid, match="invalid_span"):
        normalize(span(started_at=value))


def test_a_missing_start_is_the_receipt(normalize, received_at):
    record = normalize(span(ended_at="nonsense"))
    assert record.started_at == record.ended_at == received_at


def test_ids_and_times_are_found_in_the_context(normalize):
    record = normalize(
        {
            "event_type": "span",
            "message": "SELECT",
            "context": {
                "trace": {"traceId": "t", "spanId": "s", "parentSpanId": "p"},
                "spanKind": "DB",
                "durationMs": 3,
                "startedAt": "2026-02-14T12:00:00Z",
                "endedAt": "2026-02-14T12:00:01Z",
                "status": "ok",
                "http.route": "/orders/:id",
                "serial": "kept",
            },
        }
    )
    assert (record.trace_id, record.span_id, record.parent_span_id) == ("t", "s", "p")
    assert (record.name, record.kind, record.status, record.duration_ms) == ("SELECT", "db", "ok", 3.0)
    assert record.ended_at - record.started_at == timedelta(seconds=1)
    assert record.transaction_name == "/orders/:id"
    assert record.context["trace_id"] == "t"
    assert record.context["parent_span_id"] == "p"
    assert record.context["serial"] == "kept"
    assert "telemetry_evidence" not in record.context


def test_top_level_fields_fill_the_context_without_nulls(normalize):
    record = normalize(span(name="GET /", service="api", release=None, kind="server", request_id="r"))
    assert record.context == {
        "trace_id": "t",
        "span_id": "s",
        "span_kind": "server",
        "service": "api",
        "request_id": "r",
        "environment": "production",
    }
    assert (record.service, record.release, record.request_id, record.environment) == (
        "api",
        None,
        "r",
        "production",
    )
    assert record.transaction_name == "GET /"


def test_the_name_of_a_nameless_span_is_span(normalize):
    assert normalize(span()).name == "span"


def test_an_absurd_duration_does_not_end_the_span_after_the_end_of_time(normalize):
    record = normalize(span(duration_ms=1e300))
    assert record.ended_at == record.started_at
