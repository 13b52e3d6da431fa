"""Intake of single events, on both databases (specification, ingest chapter; cases are named by their number)."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from factories.projects import api_key, project
from logister_core.api_keys.models import ApiKey
from logister_core.api_keys.services import ApiKeyService
from logister_core.ingest.models import IngestEvent, TelemetryIdentity, TraceSpan
from logister_core.outbox.models import TelemetryBatch, TelemetryDelivery
from logister_core.projects.models import Project
from support.contract import told
from support.instance import Instance

PATH = "/api/v1/ingest_events"
UUID_1 = "11111111-1111-4111-8111-11111111111a"


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def events(site: Instance) -> list[IngestEvent]:
    return site.rows(IngestEvent)


def context(site: Instance) -> dict[str, Any]:
    return site.context(events(site)[-1])


def nothing_stored(site: Instance) -> bool:
    models = (IngestEvent, TraceSpan, TelemetryIdentity, TelemetryBatch, TelemetryDelivery)
    return all(site.count(model) == 0 for model in models)


def test_case_10_01_the_smallest_event_is_stored_with_defaults(site: Instance, token: str) -> None:
    answer = site.post(PATH, {"event": {"event_type": "log", "message": "hi"}}, token)
    assert answer.status_int == 201
    assert answer.content_type == "application/json"
    assert list(answer.json) == ["id", "legacy_id", "status"]
    [event] = events(site)
    assert (str(event.uuid), event.id) == (answer.json["id"], answer.json["legacy_id"])
    assert (event.level, event.environment, event.message) == (None, "production", "hi")
    assert context(site)["environment"] == "production"
    assert context(site)["telemetry_evidence"]["time"]["precision"] == "received_only"


def test_case_10_02_which_header_carries_the_key(site: Instance, token: str) -> None:
    event = {"event": {"event_type": "log", "message": "hi"}}
    for headers, status in (
        ({"X-Api-Key": token}, 201),
        ({"X-Api-Key": f"  {token} "}, 201),
        ({"Authorization": f"bearer {token}"}, 401),
        ({"Authorization": "Bearer wrong", "X-Api-Key": token}, 401),
        ({"Authorization": "Bearer ", "X-Api-Key": token}, 401),
        ({"Authorization": "Basic eDp5", "X-Api-Key": token}, 201),
        ({}, 401),
    ):
        answer = site.post(PATH, event, headers=headers)
        assert answer.status_int == status, headers
        if status == 401:
            assert told(answer) == {"error": "Unauthorized", "code": "unauthorized"}


def test_case_10_02_a_dead_key_opens_nothing(site: Instance) -> None:
    now = site.clock()
    of = project(site)
    revoked = api_key(site, of, revoked_at=now)
    archived = api_key(site, project(site, archived_at=now))
    assert [site.send(key).status_int for key in (revoked, archived)] == [401, 401]
    assert nothing_stored(site)


def test_revoking_takes_effect_at_once_in_the_process_that_did_it(site: Instance, token: str) -> None:
    assert site.send(token).status_int == 201
    with site.write() as db:
        db.execute(update(ApiKey).values(revoked_at=site.clock()))
    site.registry.intake.credentials.forget()
    assert site.send(token).status_int == 401


def test_case_10_03_a_new_prefix_leaves_old_keys_alone(make_site: Any) -> None:
    site = make_site(LOGISTER_API_KEY_PREFIX="acme")
    of = project(site)
    old = api_key(site, of)
    with site.write() as db:
        service = ApiKeyService(db, site.clock, site.settings)
        _, token = service.create(project=db.merge(of), user=None, name="ci")
    assert re.fullmatch(r"acme_[0-9a-f]{48}", token)
    assert old.startswith("logister_")
    assert [site.send(key).status_int for key in (token, old)] == [201, 201]


def test_case_10_04_the_last_use_of_a_key_is_written_every_five_minutes(make_site: Any) -> None:
    site = make_site()
    seconds = [0.0]
    site.registry.intake.credentials._monotonic = lambda: seconds[0]
    token = api_key(site, project(site))
    used = []
    for step in (0, 60, 241):
        seconds[0] += step
        site.clock.forward(seconds=step)
        assert site.send(token).status_int == 201
        used.append(site.rows(ApiKey)[0].last_used_at)
    assert used[0] == used[1]
    assert used[2] == used[0] + timedelta(seconds=301)


def test_case_10_09_a_body_over_the_limit_is_refused_before_the_key_is_looked_at(site: Instance) -> None:
    big = b'{"event":"' + b"x" * 2_097_142 + b'"'
    assert len(big) == 2_097_153
    answer = site.browser().post(PATH, big, content_type="application/json", status=413)
    assert told(answer) == {
        "error": "telemetry request exceeds 2097152 bytes",
        "code": "request_bytes",
        "limit": 2_097_152,
    }


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"message": "x" * 65_537}, "message_bytes"),
        ({"message": "m", "context": {"list": list(range(1001))}}, "array_length"),
        ({"message": "m", "context": {f"key{number}": 1 for number in range(513)}}, "context_keys"),
        ({"message": "m", "context": {"text": "x" * 262_145}}, "string_bytes"),
    ],
)
def test_case_10_10_limits_are_told_with_code_and_nothing_is_stored(
    site: Instance, token: str, event: dict[str, Any], code: str
) -> None:
    answer = site.post(PATH, {"event": {"event_type": "log", **event}}, token)
    assert (answer.status_int, answer.json["code"]) == (413, code)
    assert answer.json["limit"] < answer.json.get("actual", 10**9)
    assert nothing_stored(site)


def test_case_10_10_a_context_that_is_too_deep_is_told_so(site: Instance, token: str) -> None:
    nested: dict[str, Any] = {}
    for _ in range(17):
        nested = {"deeper": nested}
    answer = site.post(PATH, {"event": {"event_type": "log", "message": "m", "context": nested}}, token)
    assert (answer.status_int, answer.json["code"]) == (413, "context_depth")


@pytest.mark.parametrize("document", [{"payload": {}}, {"event": {}}, {"event": "x"}, {"event": [1]}, [], "x", None])
def test_case_10_11_a_missing_envelope_is_named(site: Instance, token: str, document: Any) -> None:
    answer = site.post(PATH, document, token)
    assert answer.status_int == 400
    assert "event" in answer.json["error"]
    assert nothing_stored(site)


@pytest.mark.parametrize(
    "body",
    [
        b'{"event":{"event_type":"log","message":"m","context":{"n":NaN}}}',
        b'{"event":',
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"event":{"event_type":"log","message":"m","context":{"n":1e999}}}',
    ],
)
def test_case_10_11_what_is_no_json_is_told_so(site: Instance, token: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = site.browser().post(PATH, body, headers=headers, content_type="application/json", status=400)
    assert told(answer) == {"error": "Request body is not valid JSON", "code": "invalid_json"}
    assert nothing_stored(site)


def test_case_10_11_nul_and_lone_surrogates_are_replaced(site: Instance, token: str) -> None:
    sent = rb'{"k\u0000":"\ud800","tags":{"\ud801":"\u0000"}}'
    body = rb'{"event":{"event_type":"log","message":"a\u0000b","context":' + sent + b"}}"
    headers = {"Authorization": f"Bearer {token}"}
    site.browser().post(PATH, body, headers=headers, content_type="application/json", status=201)
    [event] = events(site)
    assert event.message == "a�b"
    assert context(site)["k�"] == "�"
    assert event.tags == {"�": "�"}


def test_a_key_is_asked_for_before_the_body_is_judged(site: Instance) -> None:
    answer = site.browser().post(PATH, b"no json", content_type="application/json", status=401)
    assert told(answer) == {"error": "Unauthorized", "code": "unauthorized"}


def test_case_10_12_invalid_fields_are_listed(site: Instance, token: str) -> None:
    for event, errors in (
        ({"event_type": "error"}, ["Message can't be blank"]),
        ({"event_type": "boom", "message": "m"}, ["Event type is not included in the list"]),
        ({"x": 1}, ["Event type is not included in the list", "Message can't be blank"]),
        ({"event_type": 5, "message": {"a": 1}}, ["Event type is not included in the list", "Message can't be blank"]),
    ):
        answer = site.post(PATH, {"event": event}, token)
        assert (answer.status_int, answer.json["errors"]) == (422, errors)
    assert nothing_stored(site)


def test_case_10_13_upper_case_envelopes_and_keys_are_understood(site: Instance, token: str) -> None:
    event = {
        "EVENT_TYPE": "transaction",
        "MESSAGE": "HEAD /a",
        "CONTEXT": {"SERVICE": "q", "DURATION_MS": 1, "TRACE": {"TRACEID": "t1"}},
    }
    assert site.post(PATH, {"EVENT": event}, token).status_int == 201
    stored = context(site)
    assert (stored["service"], stored["duration_ms"], stored["trace"]["traceid"]) == ("q", 1, "t1")
    [row] = events(site)
    assert (row.event_type, row.service, row.duration_ms) == ("transaction", "q", 1.0)


def test_case_10_17_times_are_kept_in_utc(site: Instance, token: str) -> None:
    for sent, precision in (
        ("2026-02-14T12:00:00+02:00", "exact"),
        ("nonsense", "received_only"),
        (1760000000, "received_only"),
    ):
        assert site.send(token, event_type="log", occurred_at=sent).status_int == 201
        assert context(site)["telemetry_evidence"]["time"]["precision"] == precision
    assert [event.occurred_at for event in events(site)] == [
        datetime(2026, 2, 14, 10, 0, tzinfo=UTC),
        site.clock(),
        site.clock(),
    ]


def test_case_10_21_the_same_uuid_is_one_event(site: Instance, token: str) -> None:
    first = site.send(token, uuid=UUID_1)
    again = site.send(token, uuid=UUID_1.upper(), message="other")
    assert (first.status_int, again.status_int) == (201, 200)
    assert again.json == {**first.json, "duplicate": True}
    assert first.json["id"] == UUID_1
    assert site.count(IngestEvent) == 1
    site.project_events()
    other = api_key(site, project(site))
    assert site.send(other, uuid=UUID_1).status_int == 201
    assert told(site.send(token, uuid="not-a-uuid")) == {"errors": ["Uuid is invalid"], "code": "invalid_event"}
    by_event_id = site.send(token, uuid=" ", event_id="22222222-2222-4222-8222-222222222222")
    assert by_event_id.json["id"] == "22222222-2222-4222-8222-222222222222"


def test_case_10_22_a_uuid_of_an_event_cannot_name_a_span(site: Instance, token: str) -> None:
    site.send(token, uuid=UUID_1)
    span = {"event_type": "span", "uuid": UUID_1, "trace_id": "t", "span_id": "s", "name": "n"}
    answer = site.post(PATH, {"event": span}, token)
    assert answer.status_int == 422
    assert answer.json["errors"] == ["Uuid has already been used for another telemetry signal"]
    assert site.count(TraceSpan) == 0
    # The refused span took nothing with it: under a name of its own it is welcome.
    assert site.post(PATH, {"event": {**span, "uuid": None}}, token).status_int == 201


def test_case_10_23_a_retired_event_is_still_a_duplicate_and_a_vanished_one_an_error(
    site: Instance, token: str
) -> None:
    first = site.send(token, uuid=UUID_1).json
    with site.write() as db:
        db.execute(delete(IngestEvent))
        db.execute(update(TelemetryIdentity).values(retired_at=site.clock()))
    deliveries = site.count(TelemetryDelivery)
    again = site.send(token, uuid=UUID_1)
    assert (again.status_int, again.json) == (200, {**first, "duplicate": True})
    assert site.count(TelemetryDelivery) == deliveries
    with site.write() as db:
        db.execute(update(TelemetryIdentity).values(retired_at=None))
    assert site.send(token, uuid=UUID_1).status_int == 422


def test_case_10_24_when_the_outbox_cannot_be_written_nothing_is(site: Instance, token: str) -> None:
    with site.write() as db:
        # The next batch will want this id.
        now = site.clock()
        row = {"committed_at": now, "earliest": now, "latest": now, "first_record_id": 1, "last_record_id": 1}
        db.add(TelemetryBatch(id=1, **row, event_count=0, span_count=0))
    assert site.send(token).status_int >= 500
    assert (site.count(IngestEvent), site.count(TelemetryIdentity), site.count(TelemetryDelivery)) == (0, 0, 0)
    assert site.send(token).status_int == 201


def test_case_10_25_an_error_owes_one_delivery_to_the_projector(site: Instance, token: str) -> None:
    site.send(token)
    [delivery] = site.rows(TelemetryDelivery)
    [batch] = site.rows(TelemetryBatch)
    [event] = events(site)
    assert (delivery.destination, delivery.status, delivery.batch_id) == ("projector", "pending", batch.id)
    assert (batch.event_count, batch.first_record_id, event.batch_id) == (1, event.id, batch.id)


def test_case_10_26_a_span_is_known_by_its_trace_and_span_id(site: Instance, token: str) -> None:
    span = {"event_type": "span", "trace_id": "t", "span_id": "s", "name": "GET /", "kind": "weird", "duration_ms": 250}
    span["started_at"] = "2026-11-20T10:00:00Z"
    answers = [site.post(PATH, {"event": span | extra}, token) for extra in ({}, {}, {"uuid": UUID_1})]
    assert [answer.status_int for answer in answers] == [201, 200, 200]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert answers[0].json["type"] == "span"
    [row] = site.rows(TraceSpan)
    assert (row.kind, row.name, row.ended_at - row.started_at) == ("internal", "GET /", timedelta(milliseconds=250))
    missing = site.post(PATH, {"event": {"event_type": "span", "name": "n"}}, token)
    assert missing.json["errors"] == ["Trace can't be blank", "Span can't be blank"]
    negative = site.post(PATH, {"event": span | {"span_id": "s2", "duration_ms": -5}}, token)
    assert negative.status_int == 201
    assert site.rows(TraceSpan)[-1].duration_ms == 0


@pytest.mark.parametrize("path", [PATH, PATH + "/", PATH + ".json", PATH + ".json/", "/api/v1/check_ins.json"])
def test_every_spelling_of_the_path_answers_without_a_redirect(site: Instance, token: str, path: str) -> None:
    document = {"event": {"event_type": "log", "message": "hi"}, "check_in": {"slug": "nightly"}}
    assert site.post(path, document, token).status_int == 201


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"check_in": {"slug": "nightly", "expected_interval_seconds": 600}}, 201),
        ({"CHECK_IN": {"SLUG": "x"}}, 201),
        ({"check_in": {"status": "ok"}}, 422),
        ({"payload": {"slug": "x"}}, 400),
    ],
)
def test_case_10_31_check_ins_answer_without_legacy_id(site: Instance, token: str, document: Any, status: int) -> None:
    answer = site.post("/api/v1/check_ins", document, token)
    assert answer.status_int == status
    if status == 201:
        assert list(answer.json) == ["id", "status"]
        assert events(site)[0].event_type == "check_in"


def test_a_traceback_of_a_thousand_frames_is_accepted(site: Instance, token: str) -> None:
    frames = [{"filename": "a.py", "lineno": n, "name": "recurse", "line": "recurse()"} for n in range(1000)]
    exception = {"class": "RecursionError", "frames": frames, "backtrace": [f"line {n}" for n in range(3000)]}
    assert site.send(token, context={"exception": exception}).status_int == 201
    stored = context(site)["exception"]
    assert stored["frames_omitted"] == 1000 - len(stored["frames"]) > 0
    assert stored["frames"][0]["lineno"] == 0
    assert stored["frames"][-1]["lineno"] == 999


def test_where_a_request_came_from_is_kept_with_the_event(site: Instance, token: str) -> None:
    site.post(PATH, {"event": {"event_type": "log", "message": "hi"}}, token, headers={"User-Agent": "sdk/1"})
    [event] = events(site)
    assert site.body(event)["request"]["user_agent"] == "sdk/1"


def test_requests_at_the_same_moment_share_one_row_per_uuid(site: Instance, token: str) -> None:
    uuids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(12)]
    answers: list[tuple[int, str]] = []

    def send() -> None:
        for uuid in uuids:
            answer = site.send(token, uuid=uuid, event_type="log")
            answers.append((answer.status_int, answer.json["id"]))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(event.uuid.hex for event in events(site)) == sorted(uuid.replace("-", "") for uuid in uuids)
    assert sorted(status for status, _ in answers) == [200] * 60 + [201] * 12
    counted = sum(batch.event_count for batch in site.rows(TelemetryBatch))
    assert counted == 12


def test_the_twin_with_one_transaction_per_request_gives_the_same_answers(make_site: Any) -> None:
    site = make_site(LOGISTER_ACCEPTOR="request")
    token = api_key(site, project(site))
    first = site.send(token, uuid=UUID_1)
    again = site.send(token, uuid=UUID_1)
    assert (first.status_int, again.status_int) == (201, 200)
    span = {"event_type": "span", "uuid": UUID_1, "trace_id": "t", "span_id": "s", "name": "n"}
    assert site.post(PATH, {"event": span}, token).status_int == 422
    assert (site.count(IngestEvent), site.count(TraceSpan), site.count(TelemetryDelivery)) == (1, 0, 1)
    assert site.rows(Project)[0].archived_at is None
