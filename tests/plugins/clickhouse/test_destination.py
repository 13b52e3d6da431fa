"""What is accepted arrives in ClickHouse, once, whatever happens on the way."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from uuid import UUID, uuid4

import orjson
import pytest

from factories.projects import api_key, project
from logister_core.outbox import run
from logister_core.outbox.models import DeliveryStatus, TelemetryDelivery, TelemetryFailure
from logister_core.settings import load_settings
from logister_core.testing import DestinationContract
from logister_plugins.clickhouse import Settings, destination
from logister_plugins.clickhouse.destination import ClickHouseDestination, insert_token
from logister_plugins.clickhouse.mapping import event_row, span_row
from logister_plugins.clickhouse.schema import EVENTS, SPANS
from logister_plugins.clickhouse.server import Server
from support.programs import free_port


@pytest.fixture
def database(emptied):
    return emptied


@pytest.fixture
def ready(server):
    return server


class Registry(dict):
    """What the destination asks of the application."""

    def __init__(self, settings):
        super().__init__()
        self.logister_settings = settings


class TestClickHouse(DestinationContract):
    @pytest.fixture
    def registry(self, ready, environ):
        return Registry(load_settings({}, environ, [Settings]))

    @pytest.fixture
    def destination(self, registry):
        return ClickHouseDestination(registry)

    @pytest.fixture
    def received(self, clickhouse, database):
        return lambda: int(
            clickhouse.rows(f"SELECT count() AS number FROM {database}.event_facts_v2 WHERE event_type = 'error'")[0][
                "number"
            ]
        )

    @pytest.fixture
    def outage(self, registry, environ):
        @contextmanager
        def outage():
            there = registry.logister_settings
            away = {"LOGISTER_CLICKHOUSE_URL": f"http://127.0.0.1:{free_port()}"}
            registry.logister_settings = load_settings({}, environ | away, [Settings])
            yield
            registry.logister_settings = there

        return outage


@pytest.fixture
def site(make_site, environ, ready):
    return make_site(**environ)


@pytest.fixture
def token(site):
    return api_key(site, project(site, slug="shop"))


@pytest.fixture
def facts(clickhouse, database):
    """Of events, or of spans."""
    return lambda view="event_facts_v2": clickhouse.rows(f"SELECT * FROM {database}.{view} ORDER BY identity_checksum")


@pytest.fixture
def stored(clickhouse, database):
    """How many rows there really are."""
    return lambda: int(clickhouse.rows(f"SELECT count() AS number FROM {database}.events_raw")[0]["number"])


def deliver(site):
    return run.run(site.registry.engine, site.registry.destinations["clickhouse"], site.clock)


def delivery(site):
    return [row for row in site.rows(TelemetryDelivery) if row.destination == "clickhouse"]


def test_case_30_10_two_events_go_in_one_insert_with_a_token_of_their_own(site, token, facts, monkeypatch):
    sent = []
    insert = Server.insert
    monkeypatch.setattr(
        Server, "insert", lambda *args, **named: (sent.append((args[2], named)), insert(*args, **named))
    )
    for value in (1, 2):
        site.send(token, event_type="metric", message="queue.depth", context={"value": value, "unit": "jobs"})
    assert deliver(site).rows == 2
    [(lines, named)] = sent
    assert lines.count(b"\n") == 2
    assert re.fullmatch(r"logister-v1-clickhouse_event-[0-9a-f]{64}", named["token"])
    assert {row["metric_value"] for row in facts()} == {1.0, 2.0}
    assert {row.status for row in delivery(site)} == {DeliveryStatus.COMPLETED.value}


def test_case_30_11_a_repeat_has_the_same_token_and_stores_nothing(site, token, stored, monkeypatch):
    """The answer of the first insert is lost; ClickHouse has the rows and nobody knows."""
    tokens = []
    insert = Server.insert

    def lost(*args, **named):
        insert(*args, **named)
        tokens.append(named["token"])
        if len(tokens) == 1:
            raise ConnectionError("reset")

    monkeypatch.setattr(Server, "insert", lost)
    site.send(token)
    assert deliver(site).retried == 1
    site.clock.forward(seconds=3)
    assert deliver(site).batches == 1
    assert tokens[0] == tokens[1]
    assert stored() == 1


def test_tokens_are_those_of_the_rows_whatever_their_order():
    one, two = UUID(int=1), UUID(int=2)
    assert insert_token("clickhouse_event", [one, two]) == insert_token("clickhouse_event", [two, one])
    assert len({insert_token("a", [one]), insert_token("b", [one]), insert_token("a", [one, two])}) == 3


def test_case_30_13_a_row_that_is_refused_for_ever_stands_alone(site, token, facts, clickhouse, database):
    clickhouse.run(f"ALTER TABLE {database}.events_raw MODIFY COLUMN message Enum8('good' = 1, 'better' = 2)")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    lines = b"\n".join(
        orjson.dumps({"event": {"event_type": "log", "message": word, "uuid": str(uuid4())}})
        for word in ("good", "bad", "better")
    )
    site.browser().post("/api/v1/ingest_events/batch", lines, headers=headers, status=202)
    for _ in range(3):
        deliver(site)
        site.clock.forward(minutes=15)
    assert {row["message"] for row in facts()} == {"good", "better"}
    assert [row.status for row in delivery(site)] == [DeliveryStatus.COMPLETED.value]
    [failure] = site.rows(TelemetryFailure)
    assert failure.reason.startswith("Verdict: ")
    assert "Unknown element 'bad' for enum" in failure.reason
    clickhouse.run(f"ALTER TABLE {database}.events_raw MODIFY COLUMN message String")


def test_a_missing_table_is_nobody_s_fault(site, token, facts, clickhouse, database, ready):
    """A single row, for long: it still waits."""
    clickhouse.run(f"RENAME TABLE {database}.events_raw TO {database}.elsewhere")
    site.send(token)
    for _ in range(5):
        assert deliver(site).retried == 1
        site.clock.forward(minutes=15)
    assert site.rows(TelemetryFailure) == []
    assert "UNKNOWN_TABLE" in delivery(site)[0].last_error
    clickhouse.run(f"RENAME TABLE {database}.elsewhere TO {database}.events_raw")
    assert deliver(site).batches == 1
    assert len(facts()) == 1


def test_case_30_39_with_clickhouse_away_events_are_accepted_and_wait(make_site, environ):
    away = {"LOGISTER_CLICKHOUSE_URL": f"http://127.0.0.1:{free_port()}"}
    site = make_site(**environ | away)
    token = api_key(site, project(site))
    assert site.send(token).status_int == 201
    assert [row.status for row in delivery(site)] == ["pending"]
    assert deliver(site).retried == 1
    # What pages read does not wait for it.
    assert site.project_events().rows == 1


def test_what_waited_goes_together_when_clickhouse_is_back(make_site, environ, ready, facts, monkeypatch):
    """In a pause nothing is tried; what was tried goes alone, so that nothing bad holds up the rest."""
    away = {"LOGISTER_CLICKHOUSE_URL": f"http://127.0.0.1:{free_port()}"}
    site = make_site(**environ | away | {"LOGISTER_CLICKHOUSE_CIRCUIT_FAILURE_THRESHOLD": "3"})
    token = api_key(site, project(site))
    for _ in range(20):
        site.send(token)
        deliver(site)
        site.clock.forward(minutes=15)
    assert sum(row.attempts for row in delivery(site)) == 3
    inserts = []
    insert = Server.insert
    monkeypatch.setattr(Server, "insert", lambda *args, **named: (inserts.append(1), insert(*args, **named)))
    site.registry.logister_settings = make_site(**environ).settings
    assert deliver(site).batches == 20
    assert len(inserts) <= 4
    assert len(facts()) == 20


def test_many_rows_go_in_few_inserts_that_are_not_too_large(site, token, facts, monkeypatch):
    monkeypatch.setattr(destination, "BYTES_AT_ONCE", 5000)
    sizes = []
    insert = Server.insert
    monkeypatch.setattr(Server, "insert", lambda *args, **named: (sizes.append(len(args[2])), insert(*args, **named)))
    for number in range(10):
        site.send(token, message=f"number {number}", context={"note": "x" * 300})
    assert deliver(site).rows == 10
    assert len(sizes) == 4
    assert max(sizes) <= 5000
    assert len(facts()) == 10


def test_case_30_18_transactions_and_check_ins_fill_their_columns(site, token, facts):
    site.send(
        token,
        event_type="transaction",
        message="GET /",
        context={"duration_ms": "182.5", "transaction_status": "503", "transaction_name": "GET /"},
    )
    nightly = {"slug": "nightly", "status": "ok", "expected_interval_seconds": 3600}
    assert site.post("/api/v1/check_ins", {"check_in": nightly}, token).status_int == 201
    deliver(site)
    rows = {row["event_type"]: row for row in facts()}
    transaction, check_in = rows["transaction"], rows["check_in"]
    assert (transaction["duration_ms"], transaction["transaction_status"]) == (182.5, "503")
    assert (transaction["metric_value"], transaction["metric_name"]) == (None, "")
    assert transaction["transaction_name"] == "GET /"
    assert (check_in["check_in_slug"], check_in["check_in_status"]) == ("nightly", "ok")
    assert (check_in["check_in_expected_interval_seconds"], check_in["transaction_status"]) == (3600, "")


def test_case_30_19_what_is_no_number_is_none_and_a_fingerprint_is_made(site, token, facts):
    for value in (True, "NaN", "Infinity", "12.5"):
        site.send(token, event_type="metric", message="depth", context={"value": value})
    deliver(site)
    rows = facts()
    assert [row["metric_value"] for row in rows if row["metric_value"] is not None] == [12.5]
    assert len(rows) == 4
    assert all(re.fullmatch("[0-9a-f]{32}", row["fingerprint"]) for row in rows)


def test_case_30_20_of_the_same_row_the_newest_counts_once(site, token, facts, clickhouse, database, ready):
    site.send(token, message="older")
    deliver(site)
    [row] = facts()
    again = row | {"projection_version": int(row["projection_version"]) + 1, "message": "newer"}
    for number, line in enumerate((row, row, again)):
        ready.insert("events_raw", json.dumps(line).encode() + b"\n", token=f"{token}{number}")
    assert [row["message"] for row in facts()] == ["newer"]


def test_an_error_arrives_with_all_that_is_known(site, token, facts):
    site.send(
        token,
        message="boom",
        level="fatal",
        fingerprint="mine",
        occurred_at="2026-11-20T11:59:59.123456Z",
        context={
            "exception": {"class": "KeyError"},
            "release": "1.2.3",
            "environment": "staging",
            "trace_id": "t1",
            "request_id": "r1",
            "tags": {"region": "eu", "rows": 3},
        },
    )
    deliver(site)
    [row] = facts()
    expected = {
        "event_type": "error",
        "level": "fatal",
        "message": "boom",
        "fingerprint": "mine",
        "error_fingerprint": "mine",
        "exception_class": "KeyError",
        "release": "1.2.3",
        "service": "shop",
        "environment": "staging",
        "trace_id": "t1",
        "request_id": "r1",
        "occurred_at": "2026-11-20 11:59:59.123",
        "log_severity": "",
        "check_in_slug": "",
    }
    assert {key: row[key] for key in expected} == expected
    assert row["tags"] == {"region": "eu", "rows": "3"}
    assert orjson.loads(row["context_json"])["exception"]["class"] == "KeyError"
    assert int(row["identity_checksum"]) == UUID(row["event_id"]).int


def test_a_span_arrives_with_route_and_status(site, token, facts):
    span = {
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
        "started_at": "2026-11-20T11:00:00Z",
        "duration_ms": 12.5,
        "kind": "server",
        "http": {"method": "GET"},
        "http_method": "GET",
        "http_status_code": 200,
        "route": "/cart",
    }
    site.send(token, event_type="span", message="GET /cart/7", context=span)
    child = span | {"span_id": "c" * 16, "parent_span_id": "b" * 16, "http_status_code": "99", "kind": "db"}
    site.send(token, event_type="span", message="SELECT", context=child)
    deliver(site)
    rows = {row["external_span_id"]: row for row in facts("span_facts_v2")}
    root, inner = rows["b" * 16], rows["c" * 16]
    assert (root["route"], root["http_method"], root["http_status_code"], root["is_root"]) == ("/cart", "GET", 200, 1)
    assert (inner["parent_span_id"], inner["http_status_code"], inner["is_root"]) == ("b" * 16, None, 0)
    assert (root["duration_ms"], root["kind"], root["service"]) == (12.5, "server", "shop")


HOSTILE = {
    "ip": ["unknown", "fe80::1%eth0", "1.2.3.4, 5.6.7.8", "", None, 7],
    "status": [True, -1, 10**9, "٣٤٥", "2xx", None, 99.5, [], {}],
    "interval": [True, -1, 2**40, "3600", float("nan"), float("inf"), None],
}


def test_values_that_columns_do_not_take_are_left_out(site, token, facts, ready, clickhouse, database):
    """All of them in one insert: one that is refused would have all refused."""
    site.send(token, event_type="transaction", message="all\x00that\n\"is'\\ odd \u2028 ✓", occurred_at="1700-01-01")
    site.send(token, event_type="log", occurred_at="9999-12-31T23:59:59.999999Z")
    # ClickHouse takes them, and lets go of what is older than it keeps.
    assert deliver(site).batches == 2
    event = site.rows(destination.IngestEvent)[0]
    lines = b""
    for ip in HOSTILE["ip"]:
        row = event_row(event, "shop", {"context": {}, "request": {"ip": ip, "user_agent": ip}})
        lines += orjson.dumps(row) + b"\n"
    event.event_type, event.duration_ms, event.metric_value = "check_in", float("inf"), float("nan")
    for seconds in HOSTILE["interval"]:
        context = {"expected_interval_seconds": seconds, "check_in_slug": seconds}
        lines += orjson.dumps(event_row(event, "shop", {"context": context})) + b"\n"
    event.event_type = "of a later release"
    lines += orjson.dumps(event_row(event, "shop", {"context": {}})) + b"\n"
    ready.insert("events_raw", lines, token=token)
    site.send(token, event_type="span", context={"trace_id": "t", "span_id": "s"})
    span = site.rows(destination.TraceSpan)[0]
    rows = [span_row(span, "shop", {"context": {"http_status_code": status}}) for status in HOSTILE["status"]]
    assert {row["http_status_code"] for row in rows} == {None}
    ready.insert("spans_raw", b"\n".join(map(orjson.dumps, rows)), token=token)


def test_rows_have_exactly_the_columns_of_their_tables(site, token):
    site.send(token)
    site.send(token, event_type="span", context={"trace_id": "t", "span_id": "s"})
    [event], [span] = site.rows(destination.IngestEvent), site.rows(destination.TraceSpan)
    assert set(event_row(event, "shop", site.body(event))) == {column.name for column in EVENTS}
    assert set(span_row(span, "shop", site.body(span))) == {column.name for column in SPANS}
