"""Check-ins as they are sent (specification, ingest chapter §8.1); what becomes of them is told in test_monitors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from factories.projects import api_key, project
from logister_core.ingest.models import IngestEvent
from support.contract import told
from support.instance import Instance

PATH = "/api/v1/check_ins"


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def stored(site: Instance) -> IngestEvent:
    [found] = site.rows(IngestEvent)
    return found


@pytest.mark.parametrize("path", [PATH, f"{PATH}.json", f"{PATH}/"])
@pytest.mark.parametrize("envelope", ["check_in", "CHECK_IN", None])
def test_case_10_31_a_check_in_is_an_event_of_its_type(
    site: Instance, token: str, path: str, envelope: str | None
) -> None:
    fields = {
        "slug": " nightly ",
        "status": "error",
        "expectedIntervalSeconds": 600,
        "duration_ms": 12.5,
        "RELEASE": "1",
        "traceId": "t",
        "checked_at": "2026-11-20T11:00:00+01:00",
        "context": {"ignored": 1},
    }
    answer = site.post(path, fields if envelope is None else {envelope: fields}, token)
    assert (answer.status_int, set(answer.json)) == (201, {"id", "status"})
    found = stored(site)
    assert (found.event_type, found.level, found.message, found.fingerprint) == ("check_in", "error", "nightly", None)
    assert found.occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    context = site.context(found)
    context.pop("telemetry_evidence")
    assert context == {
        "environment": "production",
        "release": "1",
        "check_in_slug": "nightly",
        "check_in_status": "error",
        "expected_interval_seconds": 600,
        "duration_ms": 12.5,
        "trace_id": "t",
    }


def test_case_10_31_a_check_in_sent_again_is_known_and_one_event(site: Instance, token: str) -> None:
    uuid = str(uuid4())
    first = site.post(PATH, {"check_in": {"slug": "x", "uuid": uuid}}, token)
    again = site.post(PATH, {"check_in": {"slug": "x", "event_id": uuid.upper()}}, token)
    assert (first.status_int, first.json) == (201, {"id": uuid, "status": "accepted"})
    assert (again.status_int, again.json) == (200, {"id": uuid, "status": "accepted", "duplicate": True})
    assert site.count(IngestEvent) == 1
    span = {"event_type": "span", "name": "n", "trace_id": "t", "span_id": "s", "uuid": uuid}
    assert site.post("/api/v1/ingest_events", {"event": span}, token).status_int == 422


@pytest.mark.parametrize(
    ("fields", "status", "body"),
    [
        ({"status": "ok"}, 422, {"errors": ["Message can't be blank"], "code": "invalid_check_in"}),
        ({"slug": " "}, 422, {"errors": ["Message can't be blank"], "code": "invalid_check_in"}),
        ({"slug": "x", "uuid": "no"}, 422, {"errors": ["Uuid is invalid"], "code": "invalid_check_in"}),
        ({"name": "x"}, 400, None),
        ({}, 400, None),
        ([], 400, None),
    ],
)
def test_case_10_31_what_is_no_check_in_is_refused(
    site: Instance, token: str, fields: Any, status: int, body: dict[str, Any] | None
) -> None:
    answer = site.post(PATH, {"check_in": fields}, token)
    missing = {
        "error": "param is missing or the value is empty or invalid: check_in",
        "code": "missing_check_in_envelope",
    }
    assert (answer.status_int, told(answer)) == (status, body or missing)
    assert site.count(IngestEvent) == 0


def test_limits_hold_for_check_ins(site: Instance, token: str) -> None:
    nested: dict[str, Any] = {}
    for _ in range(17):
        nested = {"deeper": nested}
    for fields, code in (
        ({"context": nested}, "context_depth"),
        ({"context": dict.fromkeys(map(str, range(512)))}, "context_keys"),
        ({"context": [1] * 1001}, "array_length"),
        ({"context": "x" * 262_145}, "string_bytes"),
        ({"message": "x" * 65_537}, "message_bytes"),
        ({"context": ["x" * 250_000] * 5}, "event_bytes"),
    ):
        answer = site.post(PATH, {"check_in": {"slug": "x"} | fields}, token)
        assert (answer.status_int, answer.json["code"]) == (413, code)
    headers = {"Authorization": f"Bearer {token}"}
    for body, status, code in ((b" " * 2_097_153, 413, "request_bytes"), (b'{"a": NaN}', 400, "invalid_json")):
        answer = site.browser().post(PATH, body, headers=headers, status=status)
        assert answer.json["code"] == code
    assert site.count(IngestEvent) == 0
