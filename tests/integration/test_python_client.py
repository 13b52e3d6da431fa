"""Everything the PyPI client `logister-python` can send, unmodified, against a started installation."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from logister import LogisterClient, LogisterError, TraceContext, trace_scope
from logister.client import deferred_delivery

from factories.projects import project
from logister_core.deployments.models import ProjectDeployment
from logister_core.error_groups.models import ErrorOccurrence
from logister_core.ingest.models import IngestEvent
from logister_core.monitors.models import CheckInMonitor
from support.shop import Shop

HERE = "test_python_client.py"
MOMENT = datetime.now(UTC) - timedelta(minutes=7)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
WHO = {"trace_id": TRACE, "request_id": "req-77", "session_id": "s-9", "user_id": "4711"}


def charge(order: str) -> None:
    secret = "hunter2"
    raise ValueError(f"no price for {order}{secret[:0]}")


def sell(order: str) -> None:
    try:
        charge(order)
    except ValueError as error:
        raise RuntimeError(f"cannot sell {order}") from error


def clean_up(order: str) -> None:
    try:
        charge(order)
    except ValueError:
        del {}[order]


def descend(depth: int) -> None:
    if depth == 1:
        raise RecursionError("too deep")
    descend(depth - 1)


def raised(function: Callable[..., None], *arguments: object) -> Exception:
    try:
        function(*arguments)
    except Exception as error:
        return error
    raise AssertionError(f"{function.__name__} was to fail")


def test_an_exception_is_stored_with_every_field_the_client_fills(shop: Shop) -> None:
    client = shop.new_client(capture_locals=True, capture_hostname=True, default_context={"service": "checkout"})
    answer = client.capture_exception(
        raised(charge, "A-1"), context={"cart": {"items": 2}, "tags": {"tenant": "north"}}, occurred_at=MOMENT, **WHO
    )
    event = shop.event("error")
    assert answer == {"id": str(event.uuid), "legacy_id": event.id, "status": "accepted"}
    assert (event.level, event.message, event.fingerprint) == ("error", "no price for A-1", None)
    assert (event.occurred_at, event.time_precision) == (MOMENT, "exact")
    assert timedelta(0) < datetime.now(UTC) - event.received_at < timedelta(minutes=1)
    assert (event.environment, event.release, event.service) == ("staging", "1.4.2", "checkout")
    assert (event.trace_id, event.request_id, event.session_id, event.end_user_id) == tuple(WHO.values())
    assert event.exception_class == "ValueError"
    assert event.culprit is not None
    assert event.culprit.endswith(f"{HERE} in charge")
    assert (event.grouping_strategy, event.tags) == ("stack", {"tenant": "north"})
    kept = shop.context(event)
    assert kept["cart"] == {"items": 2}
    assert kept.items() >= {**WHO, "runtime": "python", "service": "checkout"}.items()
    assert kept["python_version"] == platform.python_version()
    assert kept["python_implementation"] == platform.python_implementation()
    assert kept["platform"] == platform.platform()
    assert kept["hostname"] == platform.node()
    assert isinstance(kept["process_id"], int)
    exception = kept["exception"]
    assert exception["class"] == "ValueError"
    assert exception["qualified_class"] == "builtins.ValueError"
    assert (exception["module"], exception["message"]) == ("builtins", "no price for A-1")
    frame = exception["frames"][-1]
    assert frame["filename"] == __file__
    assert frame["name"] == "charge"
    assert frame["line"] == 'raise ValueError(f"no price for {order}{secret[:0]}")'
    assert frame["locals"]["order"] == "'A-1'"
    assert len(exception["backtrace"]) == len(exception["frames"])
    assert "hunter2" not in str(kept)


def test_the_cause_and_the_context_of_an_exception_are_kept_and_named_apart(shop: Shop) -> None:
    shop.client.capture_exception(raised(sell, "A-1"))
    shop.client.capture_exception(raised(clean_up, "A-1"))
    sold, cleaned = (shop.context(event)["exception"] for event in shop.events("error"))
    assert (sold["class"], sold["cause"]["class"], "context" in sold) == ("RuntimeError", "ValueError", False)
    assert sold["cause"]["frames"][-1]["name"] == "charge"
    assert (cleaned["class"], cleaned["context"]["class"], "cause" in cleaned) == ("KeyError", "ValueError", False)
    shop.settle()
    assert shop.groups().keys() == {"cannot sell A-1", "'A-1'"}


def test_a_traceback_of_a_thousand_frames_is_accepted_and_says_how_many_are_missing(shop: Shop) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(5_000)
    try:
        error = raised(descend, 1_000)
    finally:
        sys.setrecursionlimit(limit)
    shop.client.capture_exception(error)
    exception = shop.context(shop.event("error"))["exception"]
    kept, omitted = exception["frames"], exception["frames_omitted"]
    assert len(kept) + omitted == 1_001
    assert 20 < len(kept) <= 100
    assert (kept[0]["name"], kept[-1]["name"]) == ("raised", "descend")
    assert len(exception["backtrace"]) + exception["backtrace_omitted"] == 1_001
    shop.settle()
    group = shop.groups()["too deep"]
    assert group.culprit is not None
    assert group.culprit.endswith(f"{HERE} in descend")
    with shop.visitor() as visitor:
        assert f"{omitted:,} frames in the middle" in visitor.open(f"{shop.path}/inbox").follow("too deep").text


def test_errors_of_one_place_are_one_group_whatever_they_say_and_a_fingerprint_decides_alone(shop: Shop) -> None:
    for order in ("A-1", "B-2", "C-3"):
        shop.client.capture_exception(raised(charge, order))
    shop.client.capture_exception(raised(clean_up, "D-4"), fingerprint="checkout")
    shop.client.capture_exception(raised(sell, "E-5"), fingerprint="checkout", message="the shop is closed")
    shop.settle()
    groups = shop.groups()
    assert {title: group.occurrence_count for title, group in groups.items()} == {
        "no price for C-3": 3,
        "the shop is closed": 2,
    }
    places, closed = groups["no price for C-3"], groups["the shop is closed"]
    assert (places.grouping_strategy, closed.grouping_strategy) == ("stack", "fingerprint")
    assert closed.fingerprint == "checkout"
    assert places.subtitle == "ValueError"
    assert (places.stage, places.severity, places.status) == ("staging", "error", "unresolved")
    assert (places.introduced_in_release, places.last_seen_release) == ("1.4.2", "1.4.2")
    events = shop.events("error")
    assert (places.first_seen_at, places.last_seen_at) == (events[0].occurred_at, events[2].occurred_at)
    assert places.latest_event_uuid == events[2].uuid
    with shop.installation.site.read() as db:
        linked = (
            db.query(ErrorOccurrence)
            .filter_by(error_group_id=places.id)
            .order_by(ErrorOccurrence.ingest_event_id)
            .all()
        )
    assert [occurrence.event_uuid for occurrence in linked] == [event.uuid for event in events[:3]]


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "critical"])
def test_a_message_is_a_log_of_its_level(shop: Shop, level: str) -> None:
    shop.client.capture_message("stock is low", level=level, context={"sku": "A-1"}, occurred_at=MOMENT, **WHO)
    event = shop.event("log")
    assert (event.message, event.level, event.occurred_at) == ("stock is low", level, MOMENT)
    assert (event.trace_id, event.request_id, event.session_id, event.end_user_id) == tuple(WHO.values())
    assert (event.grouping_key, event.culprit, event.exception_class) == (None, None, None)
    assert shop.context(event)["sku"] == "A-1"
    shop.settle()
    assert shop.groups() == {}


def test_a_metric_keeps_name_value_and_unit(shop: Shop) -> None:
    shop.client.capture_metric("queue.depth", 12.5, unit="jobs", context={"queue": "mail"}, occurred_at=MOMENT)
    shop.client.capture_metric("queue.depth", 0)
    event, without_unit = shop.events("metric")
    assert (event.message, event.level, event.occurred_at) == ("queue.depth", "info", MOMENT)
    assert (event.metric_value, event.metric_unit) == (12.5, "jobs")
    kept = shop.context(event)
    assert kept["metric"] == {"name": "queue.depth", "value": 12.5, "unit": "jobs"}
    assert (kept["value"], kept["unit"], kept["queue"]) == (12.5, "jobs", "mail")
    assert (without_unit.metric_value, without_unit.metric_unit) == (0, None)


def test_a_transaction_keeps_name_duration_and_status(shop: Shop) -> None:
    shop.client.capture_transaction("POST /orders", 182.25, context={"status_code": 503}, occurred_at=MOMENT, **WHO)
    event = shop.event("transaction")
    assert (event.message, event.transaction_name) == ("POST /orders", "POST /orders")
    assert (event.duration_ms, event.status_code, event.level) == (182.25, "503", "info")
    assert (event.occurred_at, event.trace_id, event.request_id) == (MOMENT, TRACE, "req-77")


def test_a_span_keeps_its_place_in_the_trace_and_its_times(shop: Shop) -> None:
    ended = MOMENT + timedelta(milliseconds=40)
    answer = shop.client.capture_span(
        "SELECT orders",
        40.5,
        context={"db": {"rows": 3}},
        trace_id=TRACE,
        request_id="req-77",
        span_id="00f067aa0ba902b7",
        parent_span_id="53995c3f42cd8ad8",
        kind="db",
        status="error",
        started_at=MOMENT,
        ended_at=ended,
    )
    span = shop.span()
    assert answer == {"id": str(span.uuid), "legacy_id": span.id, "status": "accepted", "type": "span"}
    assert (span.name, span.kind, span.status, span.duration_ms) == ("SELECT orders", "db", "error", 40.5)
    assert (span.trace_id, span.span_id, span.parent_span_id) == (TRACE, "00f067aa0ba902b7", "53995c3f42cd8ad8")
    assert (span.started_at, span.ended_at) == (MOMENT, ended)
    assert (span.environment, span.release, span.request_id) == ("staging", "1.4.2", "req-77")
    assert shop.context(span)["db"] == {"rows": 3}
    assert shop.rows(IngestEvent) == []


def test_what_happens_in_a_trace_scope_belongs_to_its_trace(shop: Shop) -> None:
    trace = TraceContext.from_headers(f"00-{TRACE}-53995c3f42cd8ad8-01", "req-77")
    with trace_scope(trace):
        shop.client.capture_message("inside")
        shop.client.capture_span("work", 1)
    event, span = shop.event("log"), shop.span()
    assert (event.trace_id, event.request_id) == (TRACE, "req-77")
    assert (span.trace_id, span.request_id, span.parent_span_id) == (TRACE, "req-77", trace.span_id)


def test_check_ins_are_events_and_make_a_monitor_per_environment(shop: Shop) -> None:
    answer = shop.client.check_in(
        "backup", occurred_at=MOMENT, expected_interval_seconds=3_600, duration_ms=812, trace_id=TRACE, request_id="r-1"
    )
    shop.client.check_in("backup", "error", environment="production")
    event = shop.events("check_in")[0]
    assert answer == {"id": str(event.uuid), "status": "accepted"}
    assert (event.message, event.level, event.status_code, event.duration_ms) == ("backup", "info", "ok", 812)
    assert (event.occurred_at, event.environment, event.release) == (MOMENT, "staging", "1.4.2")
    assert (event.trace_id, event.request_id) == (TRACE, "r-1")
    shop.settle()
    ok, failed = sorted(shop.rows(CheckInMonitor), key=lambda monitor: monitor.last_status, reverse=True)
    assert (ok.slug, ok.environment, ok.last_status, ok.expected_interval_seconds) == ("backup", "staging", "ok", 3_600)
    assert (ok.last_check_in_at, ok.last_event_uuid, ok.last_error_at) == (MOMENT, event.uuid, None)
    assert (failed.environment, failed.last_status, failed.expected_interval_seconds) == ("production", "error", 300)
    assert failed.last_error_at == failed.last_check_in_at


def test_a_recorded_deployment_keeps_commit_time_and_links(shop: Shop) -> None:
    links = {
        "pull_request_url": "https://github.com/acme/shop/pull/42",
        "release_url": "https://github.com/acme/shop/releases/tag/v1.4.2",
        "compare_url": "https://github.com/acme/shop/compare/a...b",
        "workflow_run_url": "https://github.com/acme/shop/actions/runs/1",
        "deployment_url": "https://shop.example.com",
    }
    answer = shop.client.record_deployment(
        release="1.4.2",
        repository="acme/shop",
        commit_sha="9F3C1ABD",
        branch="main",
        deployed_at=MOMENT,
        pull_request_number=42,
        release_tag="v1.4.2",
        **links,
    )
    [deployment] = shop.rows(ProjectDeployment)
    assert answer == {"id": str(deployment.uuid), "legacy_id": deployment.id, "status": "accepted"}
    assert (deployment.repository_full_name, deployment.release, deployment.environment) == (
        "acme/shop",
        "1.4.2",
        "staging",
    )
    assert (deployment.commit_sha, deployment.branch, deployment.source) == ("9f3c1abd", "main", "api")
    assert deployment.deployed_at == MOMENT
    assert deployment.details == {"pull_request_number": "42", "release_tag": "v1.4.2", **links}


def test_events_that_name_a_commit_tell_of_its_deployment_once(shop: Shop) -> None:
    client = shop.new_client(repository="acme/shop", commit_sha="9f3c1abd", branch="main")
    for order in ("A-1", "B-2"):
        client.capture_exception(raised(charge, order))
    shop.settle()
    [deployment] = shop.rows(ProjectDeployment)
    assert (deployment.repository_full_name, deployment.commit_sha) == ("acme/shop", "9f3c1abd")
    assert (deployment.release, deployment.environment, deployment.branch) == ("1.4.2", "staging", "main")
    assert deployment.source == "telemetry"


def test_events_sent_together_are_all_stored_with_the_ids_the_client_gave_them(shop: Shop) -> None:
    chosen = str(uuid4())
    events = [
        shop.client.prepare_event(event_type="log", level="info", message="one"),
        {"event_type": "log", "level": "info", "message": "two", "event_uuid": chosen},
        {"event_type": "metric", "level": "info", "message": "three", "context": {"value": 3}},
    ]
    results = shop.client.send_events(events)
    assert [result.error for result in results] == [None] * 3
    rows = shop.rows(IngestEvent)
    assert [(row.message, str(row.uuid)) for row in rows] == [
        (message, result.event_id) for message, result in zip(["one", "two", "three"], results, strict=True)
    ]
    assert results[1].event_id == chosen


def test_a_prepared_event_sent_twice_is_stored_and_counted_once(shop: Shop) -> None:
    event = shop.client.prepare_event(event_type="error", level="error", message="boom")
    first = shop.client.send_prepared_event(event)
    assert shop.client.send_prepared_event(event) == {**first, "duplicate": True}
    shop.settle()
    assert shop.event("error").uuid == UUID(event.event_id)
    assert shop.groups()["boom"].occurrence_count == 1


def test_events_handed_to_the_background_are_there_after_flush(shop: Shop) -> None:
    with deferred_delivery():
        answers = [shop.client.capture_message(f"later {number}") for number in range(20)]
    assert {answer["status"] for answer in answers} == {"queued"}
    assert shop.client.flush(10)
    assert {str(event.uuid) for event in shop.events("log")} == {answer["uuid"] for answer in answers}


def test_a_client_made_from_the_environment_sends_like_any_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "API_KEY": shop.client.api_key,
        "BASE_URL": shop.installation.web.url,
        "ENVIRONMENT": "qa",
        "RELEASE": "2.0",
        "REPOSITORY": "acme/shop",
        "COMMIT_SHA": "9f3c1abd",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"LOGISTER_{name}", value)
    with LogisterClient.from_env() as client:
        client.capture_message("hello")
    event = shop.event("log")
    assert (event.environment, event.release) == ("qa", "2.0")
    assert shop.context(event)["repository"] == "acme/shop"


def status_of(refused: pytest.ExceptionInfo[LogisterError]) -> int:
    cause = refused.value.__cause__
    assert isinstance(cause, httpx.HTTPStatusError)
    return cause.response.status_code


def test_the_client_is_told_when_key_project_or_event_are_not_accepted_and_nothing_is_stored(shop: Shop) -> None:
    with (
        LogisterClient("logister_unknown", base_url=shop.installation.web.url) as stranger,
        pytest.raises(LogisterError) as refused,
    ):
        stranger.capture_message("hello")
    assert status_of(refused) == 401
    with pytest.raises(LogisterError) as refused:
        shop.client.capture_message("much", context={"blob": "x" * 2_000_000})
    assert status_of(refused) == 413
    with pytest.raises(LogisterError) as refused:
        shop.client.capture_message(" ")
    assert status_of(refused) == 422
    site = shop.installation.site
    archived = project(site, shop.owner, archived_at=site.clock())
    with shop.installation.client(archived) as late, pytest.raises(LogisterError) as refused:
        late.capture_message("hello")
    assert status_of(refused) == 401
    assert shop.rows(IngestEvent) == []


def test_the_pages_show_what_the_client_sent(shop: Shop) -> None:
    client = shop.new_client(capture_locals=True)
    client.capture_exception(raised(sell, "A-1"), context={"cart": {"coupon": "NOVEMBER"}}, **WHO)
    client.capture_message("stock is low", level="warning", **WHO)
    client.capture_metric("queue.depth", 12, unit="jobs")
    client.capture_transaction("POST /orders", 182)
    client.capture_span("SELECT orders", 40, kind="db")
    client.check_in("backup", expected_interval_seconds=3_600)
    client.record_deployment(release="1.4.2", repository="acme/shop", commit_sha="9f3c1abd")
    shop.settle()
    with shop.visitor() as visitor:
        detail = visitor.open(f"{shop.path}/inbox").follow("RuntimeError cannot sell A-1")
        for words in ("RuntimeError", "ValueError", "no price for A-1", "1 event", "1.4.2", f"{HERE} in sell"):
            assert words in detail.text
        assert 'raise RuntimeError(f"cannot sell {order}") from error' in detail.text
        assert "NOVEMBER" in detail.follow("Context").text
        assert "stock is low" in detail.follow("Related").text
        assert "cannot sell A-1" in detail.follow("Occurrences 1").text
        assert "cannot sell A-1" in visitor.open(f"{shop.path}/events/{shop.event('error').uuid}").text
        activity = visitor.open(f"{shop.path}/activity").text
        for words in ("stock is low", "queue.depth", "POST /orders"):
            assert words in activity
        assert "backup staging" in visitor.open(f"{shop.path}/monitors").text
        deployments = visitor.open(f"{shop.path}/deployments").text
        assert "1.4.2" in deployments
        assert "9f3c1ab" in deployments
