"""Batches of telemetry (specification, ingest chapter §7; cases are named by their number)."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import pytest
import webtest
from sqlalchemy import delete, update

from factories.projects import api_key, project
from logister_core.ingest.models import IngestEvent, TelemetryIdentity, TraceSpan
from logister_core.outbox.models import TelemetryBatch, TelemetryDelivery
from support.contract import told
from support.instance import Instance

PATH = "/api/v1/ingest_events/batch"
A, B, C = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "123")
ROLLED_BACK = ["Batch was rolled back because another envelope was invalid"]


@pytest.fixture
def token(site: Instance) -> str:
    return api_key(site, project(site))


def log(uuid: str, message: str | None = "hello", **values: Any) -> dict[str, Any]:
    return {"event": {"event_type": "log", "message": message, "uuid": uuid, **values}}


def span(uuid: str, *, trace: str = "t1", span: str = "s1", **values: Any) -> dict[str, Any]:
    return {
        "event": {"event_type": "span", "name": "GET /", "uuid": uuid, "trace_id": trace, "span_id": span, **values}
    }


def ndjson(envelopes: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(envelope).encode() + b"\n" for envelope in envelopes)


def send(site: Instance, token: str | None, body: bytes | list[Any], **headers: str) -> webtest.TestResponse:
    """Any answer; a list is sent as lines of JSON. Names of headers are written with underscores."""
    raw = ndjson(body) if isinstance(body, list) else body
    sent = {"Content-Type": "application/x-ndjson"} | {name.replace("_", "-"): text for name, text in headers.items()}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    return site.browser().post(PATH, raw, headers=sent, status="*")


def counts(site: Instance) -> tuple[int, ...]:
    models = (IngestEvent, TraceSpan, TelemetryIdentity, TelemetryBatch, TelemetryDelivery)
    return tuple(site.count(model) for model in models)


def test_case_10_27_a_gzip_batch_is_accepted_and_its_repeat_known(site: Instance, token: str) -> None:
    body = gzip.compress(ndjson([log(A), span(B)]))
    headers = {"Content_Encoding": "gzip", "X_Logister_Batch_Id": "b-7"}
    answer = send(site, token, body, **headers)
    assert answer.status_int == 202
    [event], [stored_span] = site.rows(IngestEvent), site.rows(TraceSpan)
    assert answer.json == {
        "schema_version": 1,
        "batch_id": "b-7",
        "status": "accepted",
        "accepted": 2,
        "duplicates": 0,
        "results": [
            {"index": 0, "status": "accepted", "type": "event", "id": A, "legacy_id": event.id, "duplicate": False},
            {
                "index": 1,
                "status": "accepted",
                "type": "span",
                "id": B,
                "legacy_id": stored_span.id,
                "duplicate": False,
            },
        ],
    }
    before = counts(site)
    again = send(site, token, body, **headers)
    assert (again.status_int, again.json["accepted"], again.json["duplicates"]) == (202, 2, 2)
    assert [result["legacy_id"] for result in again.json["results"]] == [event.id, stored_span.id]
    assert counts(site) == before


@pytest.mark.parametrize("path", [PATH, f"{PATH}.json", f"{PATH}/", f"{PATH}.json/"])
@pytest.mark.parametrize("media_type", ["application/x-ndjson", "application/NDJSON; charset=utf-8"])
def test_paths_and_media_types_of_batches(site: Instance, token: str, path: str, media_type: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": media_type, "Content-Encoding": "Identity"}
    answer = site.browser().post(path, ndjson([log(A)]), headers=headers, status=202)
    assert "batch_id" not in answer.json


def test_a_batch_is_one_committed_batch_and_owes_one_delivery(site: Instance, token: str) -> None:
    assert send(site, token, [log(str(uuid4())) for _ in range(100)]).status_int == 202
    assert counts(site) == (100, 0, 100, 1, 1)
    assert site.project_events().rows == 100


def test_blank_lines_and_line_ends_do_not_matter(site: Instance, token: str) -> None:
    body = b"\r\n" + ndjson([log(A)]).replace(b"\n", b"\r\n") + b"   \n" + json.dumps(log(B)).encode()
    assert send(site, token, body).json["accepted"] == 2
    answer = send(site, token, b"\n\n" + ndjson([log(C)]) + b"\nnope")
    assert answer.json["error"].startswith("telemetry batch line 5 is invalid JSON: ")


def test_case_10_28_one_invalid_envelope_rolls_all_back(site: Instance, token: str) -> None:
    answer = send(site, token, [log(A), log(B, None), span(C, trace=" ")])
    assert answer.status_int == 422
    assert told(answer) == {
        "schema_version": 1,
        "status": "rejected",
        "code": "invalid_batch",
        "results": [
            {"index": 0, "status": "rolled_back", "type": "event", "errors": ROLLED_BACK},
            {"index": 1, "status": "rejected", "type": "event", "errors": ["Message can't be blank"]},
            {"index": 2, "status": "rejected", "type": "span", "errors": ["Trace can't be blank"]},
        ],
    }
    assert counts(site) == (0, 0, 0, 0, 0)


def test_envelopes_of_earlier_requests_stay_accepted_in_a_rejected_batch(site: Instance, token: str) -> None:
    first = send(site, token, [log(A)]).json["results"][0]
    answer = send(site, token, [log(B), log(B), log(A), log(A), log(C, None)])
    assert [result["status"] for result in answer.json["results"]] == [
        "rolled_back",
        "rolled_back",
        "accepted",
        "accepted",
        "rejected",
    ]
    for index in (2, 3):
        assert answer.json["results"][index] == first | {"index": index, "duplicate": True}
    assert site.count(IngestEvent) == 1


def test_identities_that_are_taken_are_listed_with_the_other_errors(site: Instance, token: str) -> None:
    send(site, token, [log(A), span(B, trace="t", span="s")])
    answer = send(
        site, token, [span(A), log(B), span(C, trace="t", span="s"), log(str(uuid4())), log(str(uuid4()), " ")]
    )
    taken = ["Uuid has already been used for another telemetry signal"]
    errors = [result["errors"] for result in answer.json["results"]]
    assert errors == [taken, taken, ["Span has already been taken"], ROLLED_BACK, ["Message can't be blank"]]
    # The same without an error that shows before the database is asked.
    answer = send(site, token, [span(A), log(B), span(C, trace="t", span="s"), log(str(uuid4()))])
    assert [result["errors"] for result in answer.json["results"]] == errors[:4]
    assert (site.count(IngestEvent), site.count(TraceSpan)) == (1, 1)


def test_a_span_sent_twice_under_different_uuids_is_an_error_within_a_batch_too(site: Instance, token: str) -> None:
    answer = send(site, token, [span(A), span(B)])
    assert [result.get("errors") for result in answer.json["results"]] == [ROLLED_BACK, ["Span has already been taken"]]
    assert counts(site) == (0, 0, 0, 0, 0)


def test_an_event_that_vanished_without_being_retired_is_an_error(site: Instance, token: str) -> None:
    send(site, token, [log(A), log(B)])
    with site.write() as db:
        db.execute(delete(IngestEvent))
        db.execute(update(TelemetryIdentity).where(TelemetryIdentity.uuid == UUID(A)).values(retired_at=site.clock()))
    answer = send(site, token, [log(A), log(B), log(C)])
    assert [result["status"] for result in answer.json["results"]] == ["accepted", "rejected", "rolled_back"]
    assert send(site, token, [log(A)]).json["duplicates"] == 1


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "error"),
    [
        (b"[]", {"Content_Type": "application/json"}, 415, "unsupported_content_type",
         "Batch ingest requires application/x-ndjson"),
        (b"x", {"Content_Encoding": "br"}, 415, "unsupported_encoding",
         "unsupported telemetry batch content encoding: br"),
        (b"x", {"Content_Encoding": "br, gzip"}, 415, "unsupported_encoding",
         "unsupported telemetry batch content encoding: br, gzip"),
        (b"garbage", {"Content_Encoding": "gzip"}, 400, "invalid_gzip", None),
        (gzip.compress(b"{}", mtime=0)[:-9], {"Content_Encoding": "gzip"}, 400, "invalid_gzip", None),
        (gzip.compress(b"{}", mtime=0) + b"more", {"Content_Encoding": "gzip"}, 400, "invalid_gzip", None),
        (b"nope", {}, 400, "invalid_json", None),
        (b"[]", {}, 400, "invalid_envelope", "telemetry batch line 1 must contain an envelope object"),
        (b'\n{"event":[]}', {}, 400, "missing_event", "telemetry batch line 2 must contain an event object"),
        (b'{"EVENT":{"uuid":"x"}}', {}, 400, "missing_event", "telemetry batch line 1 must contain an event object"),
        (b'{"event":{"message":"m"}}', {}, 400, "missing_identity",
         "telemetry batch line 1 requires a nonblank uuid or event_id"),
        (b'{"event":{"uuid":"no"}}', {}, 400, "invalid_identity",
         "telemetry batch line 1 uuid/event_id must be a valid UUID"),
        (json.dumps({"event": {"uuid": A, "eventId": B}}).encode(), {}, 400, "conflicting_identity",
         "telemetry batch line 1 uuid and event_id must identify the same envelope"),
        (b" \n\n", {}, 400, "empty_batch", "telemetry batch must contain at least one event"),
        (b"", {"Content_Encoding": "gzip"}, 400, "empty_batch", "telemetry batch must contain at least one event"),
        (ndjson([log(A)] * 101), {}, 413, "event_count", "telemetry batch exceeds 100 events"),
    ],
)  # fmt: skip
def test_case_10_29_what_cannot_be_read_is_named(
    site: Instance, token: str, body: bytes, headers: dict[str, str], status: int, code: str, error: str | None
) -> None:
    answer = send(site, token, body, **headers)
    assert (answer.status_int, told(answer)["code"]) == (status, code)
    if error is not None:
        assert answer.json["error"] == error
    assert counts(site) == (0, 0, 0, 0, 0)


def test_the_key_is_asked_for_before_the_media_type(site: Instance) -> None:
    assert send(site, None, b"[]", Content_Type="application/json").status_int == 401


def test_limits_of_one_event_hold_in_batches(site: Instance, token: str) -> None:
    answer = send(site, token, [log(A), log(B, "x" * 65_537)])
    assert (answer.status_int, answer.json["code"], answer.json["limit"]) == (413, "message_bytes", 65_536)
    line = b'{"event":{"uuid":"' + A.encode() + b'","a":"' + b"\\u0061" * 400_000 + b'"}}'
    answer = send(site, token, gzip.compress(line), Content_Encoding="gzip")
    assert (answer.status_int, answer.json["code"]) == (413, "event_bytes")


def test_a_batch_that_is_too_large_on_the_wire_is_refused(site: Instance, token: str) -> None:
    answer = send(site, token, b" " * 2_097_153)
    assert answer.status_int == 413
    assert told(answer) == {
        "error": "telemetry batch exceeds 2097152 bytes",
        "code": "compressed_bytes",
        "limit": 2_097_152,
    }


def test_a_bomb_is_refused_once_it_is_too_large(site: Instance, token: str) -> None:
    blank_lines = b"\n" * 1000 * 1000
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(blank_lines) for _ in range(1000)) + packer.flush()
    assert len(bomb) < 2_097_152
    answer = send(site, token, bomb, Content_Encoding="gzip")
    assert answer.status_int == 413
    assert told(answer) == {
        "error": "telemetry batch exceeds 8388608 decompressed bytes",
        "code": "decompressed_bytes",
        "limit": 8_388_608,
    }


def test_gzip_members_behind_each_other_are_one_body(site: Instance, token: str) -> None:
    body = gzip.compress(ndjson([log(A)])) + gzip.compress(b"") + gzip.compress(ndjson([log(B)]))
    assert send(site, token, body, Content_Encoding="gzip").json["accepted"] == 2


def test_owners_of_both_ends_may_raise_the_limits(make_site: Any) -> None:
    site = make_site(
        LOGISTER_BATCH_EVENTS="10000", LOGISTER_BATCH_BYTES="67108864", LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS="30000"
    )
    token = api_key(site, project(site))
    envelopes = [log(str(uuid4()), "x" * 2000) for _ in range(10_000)]
    body = ndjson(envelopes)
    assert 8_388_608 < len(body) < 67_108_864
    packed = gzip.compress(body, 1)
    answer = send(site, token, packed, Content_Encoding="gzip")
    assert (answer.status_int, answer.json["accepted"]) == (202, 10_000)
    assert send(site, token, packed, Content_Encoding="gzip").json["duplicates"] == 10_000
    assert counts(site)[:4] == (10_000, 0, 10_000, 1)
    one_more = send(site, token, gzip.compress(ndjson([*envelopes, log(A)]), 1), Content_Encoding="gzip")
    assert (one_more.status_int, one_more.json["limit"]) == (413, 10_000)


def test_case_10_30_a_batch_takes_as_many_units_as_it_has_events(make_site: Any) -> None:
    site = make_site(LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS="2")
    token = api_key(site, project(site))
    answer = send(site, token, [log(A), log(B), log(C)])
    assert answer.status_int == 429
    assert (answer.json["limit"], answer.headers["X-RateLimit-Remaining"]) == (2, "0")
    assert counts(site) == (0, 0, 0, 0, 0)
    # What was counted stays counted.
    assert site.send(token).status_int == 429
    site.clock.forward(seconds=60)
    answer = send(site, token, [log(A), log(A)])
    assert (answer.status_int, answer.headers["X-RateLimit-Remaining"]) == (202, "0")


def test_case_10_30_a_uuid_twice_in_a_batch_is_one_event(site: Instance, token: str) -> None:
    answer = send(site, token, [log(A, "first"), log(A.upper(), "second")])
    assert [result["duplicate"] for result in answer.json["results"]] == [False, True]
    assert [event.message for event in site.rows(IngestEvent)] == ["first"]


def test_the_name_of_a_batch_is_cut(site: Instance, token: str) -> None:
    assert send(site, token, [log(A)], X_Logister_Batch_Id="b" * 200).json["batch_id"] == "b" * 128
    assert "batch_id" not in send(site, token, [log(B)], X_Logister_Batch_Id="  ").json
