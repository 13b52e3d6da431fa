"""What the official clients put on the wire (ingest chapter §13) arrives without loss."""

import copy
import json

import pytest

from logister_core.ingest.normalization import (
    decode_json,
    enforce_limits,
    event_envelope,
    normalize_event,
)

PYTHON_CONTEXT = {
    "environment": "staging",
    "release": "2.1",
    "trace_id": "t",
    "request_id": "r",
    "session_id": None,
    "user_id": "7",
    "runtime": "python",
    "python_version": "3.11.7",
    "python_implementation": "CPython",
    "platform": "Linux-6.1.0-x86_64-with-glibc2.36",
    "hostname": "web-1",
    "process_id": 77,
    "runtime_name": "CPython",
}
FRAME = {"filename": "shop/orders.py", "lineno": 10, "name": "pay", "line": "charge()", "locals": {"cardId": "1"}}
PYTHON_EXCEPTION = {
    "class": "ValueError",
    "qualified_class": "builtins.ValueError",
    "module": "builtins",
    "message": "bad",
    "frames": [FRAME] * 20,
    "backtrace": ['File "shop/orders.py", line 10, in pay'] * 20,
    "cause": {"class": "KeyError", "qualified_class": "builtins.KeyError", "module": "builtins", "message": "'x'"},
}
RUBY_CONTEXT = {
    "environment": "production",
    "service": "shop",
    "release": "abc",
    "repository": "acme/shop",
    "commit_sha": "abc1234",
    "branch": "main",
    "tags": {"category": "web"},
    "request_id": "r",
    "requestId": "r",
    "clientIp": "203.0.113.9",
    "headers": {"User-Agent": "curl", "X-Request-Id": "r"},
    "railsAction": "orders#pay",
    "response": {"status": 500, "contentType": "text/html", "durationMs": 12.5},
    "route": {"name": "pay", "pathTemplate": "/pay", "controller": "orders", "action": "pay"},
    "performance": {"dbRuntimeMs": 1.5, "viewRuntimeMs": 2.5, "allocations": 900},
    "breadcrumbs": [{"category": "sql", "message": "SELECT 1", "durationMs": 1}],
    "dependencyCalls": [{"name": "stripe", "requestHeaders": {"X-A": "1"}}],
    "trace": {"traceId": "t", "spanId": "s", "sampled": True, "traceparent": "00-t-s-01", "requestId": "r"},
    "user": {"id": 7},
    "featureFlags": {"newCart": True},
    "deployment": {"environment": "production", "release": "abc", "processPid": 5},
    "exception": {"class": "Stripe::Error", "message": "x", "backtrace": ["app/a.rb:1:in `b'"]},
}
JAVASCRIPT_CONTEXT = {
    "environment": "production",
    "repository": "acme/web",
    "exception": {
        "class": "TypeError",
        "qualified_class": "TypeError",
        "message": "x",
        "stack": "TypeError: x\n    at f (a.js:1:2)",
        "frames": [{"filename": "a.js", "lineno": 1, "colno": 2, "name": "f"}],
        "backtrace": ["at f (a.js:1:2)"],
    },
    "request": {"request_id": "r", "method": "GET", "headers": {"x-a": "1"}, "remote_ip": "::1"},
    "http": {"status_code": 502},
}
EVENTS = {
    "python exception": {
        "event_type": "error",
        "level": "error",
        "message": "bad",
        "occurred_at": "2026-02-14T12:00:00.123456Z",
        "context": {**PYTHON_CONTEXT, "exception": PYTHON_EXCEPTION},
    },
    "python log": {
        "event_type": "log",
        "level": "warning",
        "message": "slow",
        "occurred_at": "2026-02-14T12:00:00.123456Z",
        "context": {**PYTHON_CONTEXT, "logger_name": "shop", "logger": {"name": "shop", "line_number": 3}},
    },
    "python metric": {
        "event_type": "metric",
        "level": "info",
        "message": "queue.size",
        "occurred_at": "2026-02-14T12:00:00.123456Z",
        "context": {**PYTHON_CONTEXT, "metric": {"name": "queue.size", "value": 4}, "value": 4},
    },
    "ruby error": {
        "event_type": "error",
        "level": "error",
        "message": "Stripe::Error: x",
        "fingerprint": "0123456789abcdef0123456789abcdef",
        "occurred_at": "2026-02-14T12:00:00Z",
        "context": RUBY_CONTEXT,
    },
    "javascript error": {
        "event_type": "error",
        "level": "error",
        "message": "x",
        "occurred_at": "2026-02-14T12:00:00.123Z",
        "context": JAVASCRIPT_CONTEXT,
    },
}


def take_in(event, received_at):
    body = json.dumps({"event": event}).encode()
    received = event_envelope(decode_json(body))
    enforce_limits(received, size=len(body))
    return normalize_event(received, received_at=received_at, default_environment="production", mobile=False)


def contained(sent, stored):
    """Whether everything in `sent` is in `stored`, which may hold more keys."""
    if isinstance(sent, dict):
        return all(key in stored and contained(value, stored[key]) for key, value in sent.items())
    if isinstance(sent, list):
        return len(sent) == len(stored) and all(map(contained, sent, stored))
    return sent == stored


@pytest.mark.parametrize("name", EVENTS)
def test_case_10_40_contexts_of_the_official_clients_lose_nothing(name, received_at):
    sent = copy.deepcopy(EVENTS[name])
    record = take_in(sent, received_at)
    assert contained(sent["context"], record.context)
    assert record.precision == "exact"
    assert record.level == sent["level"]


def test_columns_of_a_python_error(received_at):
    record = take_in(EVENTS["python exception"], received_at)
    assert (record.environment, record.release, record.trace_id, record.user_id) == ("staging", "2.1", "t", "7")
    assert record.exception_class == "ValueError"
    assert record.session_id is None
    assert not record.has_source_context


def test_columns_of_a_ruby_error(received_at):
    record = take_in(EVENTS["ruby error"], received_at)
    assert (record.service, record.trace_id, record.request_id, record.user_id) == ("shop", "t", "r", "7")
    assert (record.exception_class, record.status_code) == ("Stripe::Error", "500")
    assert record.tags == {"category": "web"}
    assert record.has_source_context
    assert record.context["dependency_calls"][0]["request_headers"]["x_a"] == "1"
    assert record.context["feature_flags"]["new_cart"] is True


def test_columns_of_a_python_metric(received_at):
    record = take_in(EVENTS["python metric"], received_at)
    assert (record.message, record.metric_value, record.metric_unit) == ("queue.size", 4.0, None)


def test_columns_of_a_javascript_error(received_at):
    assert take_in(EVENTS["javascript error"], received_at).status_code == "502"


def test_a_python_span_keeps_its_identity(received_at):
    span = {
        "event_type": "span",
        "level": "info",
        "message": "GET /",
        "name": "GET /",
        "duration_ms": 12.5,
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
        "parent_span_id": "c" * 16,
        "kind": "server",
        "status": "ok",
        "started_at": "2026-02-14T12:00:00Z",
        "ended_at": "2026-02-14T12:00:00.012500Z",
        "context": dict(PYTHON_CONTEXT),
    }
    record = take_in(span, received_at)
    assert (record.trace_id, record.span_id, record.parent_span_id) == ("a" * 32, "b" * 16, "c" * 16)
    assert (record.kind, record.status, record.duration_ms) == ("server", "ok", 12.5)
    assert record.environment == "staging"


def test_a_recursive_python_traceback_of_a_thousand_frames_is_accepted(received_at):
    event = copy.deepcopy(EVENTS["python exception"])
    plain = {key: FRAME[key] for key in ("filename", "lineno", "name", "line")}
    event["context"]["exception"]["frames"] = [{**plain, "lineno": index} for index in range(1000)]
    exception = take_in(event, received_at).context["exception"]
    assert [frame["lineno"] for frame in (exception["frames"][0], exception["frames"][-1])] == [0, 999]
    assert exception["frames_omitted"] == 1000 - len(exception["frames"])
    assert len(exception["frames"]) >= 90
