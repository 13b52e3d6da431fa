"""Refused submissions become reports (specification, ingest chapter §3.6, and operations chapter §6.3)."""

from __future__ import annotations

import gzip
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import webtest
from sqlalchemy import text, update

from factories.mobile_tokens import app, ask
from factories.projects import api_key, project
from logister_core.api_keys.models import ApiKey
from logister_core.client_submissions.actors import remove_old_rejections
from logister_core.client_submissions.events import event_of
from logister_core.client_submissions.models import RejectedSubmission
from logister_core.ingest.credentials import digest_of
from logister_core.ingest.models import IngestEvent
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import Project
from support.instance import Instance

OWN_KEY = "logister_" + "0" * 48
EVENTS, BATCH = "/api/v1/ingest_events", "/api/v1/ingest_events/batch"
CHECK_INS, DEPLOYMENTS = "/api/v1/check_ins", "/api/v1/deployments"
LOG = {"event_type": "log", "message": "hello"}

# Every one of its kind: who is refused for what, by what was sent.
FIELDS: list[tuple[str, str, Any, str, int]] = [
    (EVENTS, "ingest", {"payload": {}}, "missing_event_envelope", 400),
    (CHECK_INS, "check_in", {"payload": {}}, "missing_check_in_envelope", 400),
    (DEPLOYMENTS, "deployment", {"payload": {}}, "missing_deployment_envelope", 400),
    ("/api/v1/mobile_ingest_tokens", "mobile_token", {}, "missing_mobile_ingest_token_envelope", 400),
    (EVENTS, "ingest", b"{", "invalid_json", 400),
    (EVENTS, "ingest", {"event": {"event_type": "log"}}, "invalid_event", 422),
    (EVENTS, "ingest", {"event": {"event_type": "span"}}, "invalid_span", 422),
    (CHECK_INS, "check_in", {"check_in": {"status": "ok"}}, "invalid_check_in", 422),
    (DEPLOYMENTS, "deployment", {"deployment": {"release": "1"}}, "invalid_deployment", 422),
    (
        "/api/v1/mobile_ingest_tokens", "mobile_token", {"mobile_ingest_token": {"platform": "ios"}},
        "invalid_mobile_ingest_token", 422,
    ),
    (EVENTS, "ingest", b" " * 2_097_153, "request_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"message": "m" * 65_537}}, "message_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {str(n): "v" * 250_000 for n in range(5)}}}, "event_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": json.loads('{"a":' * 17 + "1" + "}" * 17)}}, "context_depth", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": dict.fromkeys(map(str, range(520)))}}, "context_keys", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {"a": [1] * 1001}}}, "array_length", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {"a": "v" * 262_145}}}, "string_bytes", 413),
    (EVENTS, "ingest", {"event": LOG | {"context": {"a": [0] * 20_000}}}, "value_count", 413),
]  # fmt: skip


def line(**event: Any) -> bytes:
    return json.dumps({"event": LOG | {"uuid": str(uuid4())} | event}).encode() + b"\n"


BATCHES: list[tuple[bytes, dict[str, str], str, int]] = [
    (b"[]", {"Content-Type": "application/json"}, "unsupported_content_type", 415),
    (b"x", {"Content-Encoding": "br"}, "unsupported_encoding", 415),
    (b"x", {"Content-Encoding": "gzip"}, "invalid_gzip", 400),
    (b"nope", {}, "invalid_json", 400),
    (b"[]", {}, "invalid_envelope", 400),
    (b"{}", {}, "missing_event", 400),
    (line(uuid=None), {}, "missing_identity", 400),
    (line(uuid="no"), {}, "invalid_identity", 400),
    (line(event_id=str(uuid4())), {}, "conflicting_identity", 400),
    (b"\n", {}, "empty_batch", 400),
    (b" " * 2_097_153, {}, "compressed_bytes", 413),
    (gzip.compress(b"\n" * 8_388_609), {"Content-Encoding": "gzip"}, "decompressed_bytes", 413),
    (line() * 101, {}, "event_count", 413),
    (line(message="m" * 65_537), {}, "message_bytes", 413),
    (line() + line(message=" "), {}, "invalid_batch", 422),
]


@pytest.fixture
def make_observed(make_site: Callable[..., Instance]) -> Callable[..., Instance]:
    """Instances that report on themselves."""
    return lambda **environ: make_site(LOGISTER_API_KEY=OWN_KEY, **environ)


@pytest.fixture
def site(make_observed: Callable[..., Instance]) -> Instance:
    return make_observed()


@pytest.fixture
def key(site: Instance) -> str:
    return api_key(site, project(site, name="Shop"), name="web")


def rejections(site: Instance) -> list[RejectedSubmission]:
    site.registry.rejections.flush()
    return site.rows(RejectedSubmission)


def rejection(site: Instance) -> RejectedSubmission:
    [found] = rejections(site)
    return found


def reasons(site: Instance) -> list[tuple[str, str, int]]:
    return [(row.label, row.reason, row.status) for row in rejections(site)]


def post(site: Instance, path: str, body: Any, key: str | None, headers: dict[str, str] | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/x-ndjson"} | (headers or {})
    if key is not None:
        sent["Authorization"] = f"Bearer {key}"
    return site.browser().post(path, raw, headers=sent, status="*")


def change(site: Instance, model: Any, **values: Any) -> None:
    with site.write() as db:
        db.execute(update(model).values(**values))
    site.registry.intake.forget()


# Reasons


def test_every_refusal_of_a_document_is_reported_with_its_reason(site: Instance, key: str) -> None:
    for path, _, body, _, status in FIELDS:
        assert post(site, path, body, key).status_int == status
    assert reasons(site) == [(label, reason, status) for _, label, _, reason, status in FIELDS]
    # The size of a body with its length is looked at before the token is.
    unknown = [row.reason for row in rejections(site) if row.project_id is None]
    assert unknown == ["request_bytes"]


def test_every_refusal_of_a_batch_is_reported_with_its_reason(site: Instance, key: str) -> None:
    for body, headers, _, status in BATCHES:
        assert post(site, BATCH, body, key, headers).status_int == status
    assert reasons(site) == [("ingest", reason, status) for _, _, reason, status in BATCHES]


def test_every_refusal_of_a_credential_is_reported_with_its_reason(site: Instance) -> None:
    of = project(site)
    key = api_key(site, of, revoked_at=site.clock())
    for token in (None, "invented", key):
        assert post(site, EVENTS, {"event": LOG}, token).status_int == 401
    # Keys of archived projects are revoked, unless somebody made one by other means.
    archived = project(site, archived_at=site.clock())
    assert post(site, CHECK_INS, {}, api_key(site, archived)).status_int == 401
    assert reasons(site) == [
        ("ingest", "missing_api_key", 401),
        ("ingest", "invalid_api_key", 401),
        ("ingest", "revoked_api_key", 401),
        ("check_in", "archived_project", 401),
    ]
    assert [row.project_id for row in rejections(site)] == [None, None, of.id, archived.id]


def test_every_refusal_of_a_mobile_token_is_reported_with_its_reason(site: Instance) -> None:
    made = app(site, allowed_event_types=["log"], expires_in_seconds=60)
    assert post(site, DEPLOYMENTS, {}, made.token).status_int == 403
    assert ask(site, made.token).status_int == 403
    assert post(site, EVENTS, {"event": LOG | {"event_type": "error"}}, made.token).status_int == 403
    assert post(site, EVENTS, {"event": LOG | {"service": "com.evil"}}, made.token).status_int == 422
    assert post(site, BATCH, line(service="com.evil"), made.token).status_int == 422
    assert reasons(site) == [
        ("deployment", "mobile_ingest_token_forbidden", 403),
        ("mobile_token", "mobile_ingest_token_forbidden", 403),
        ("ingest", "mobile_event_type_forbidden", 403),
        ("ingest", "mobile_context_conflict", 422),
    ]


def test_of_several_reasons_why_a_mobile_token_is_dead_the_first_is_reported(site: Instance) -> None:
    made = app(site, expires_in_seconds=60)
    told = []
    for model, values in (
        (Project, {"archived_at": site.clock()}),
        (ApiKey, {"revoked_at": site.clock()}),
        (MobileIngestToken, {"expires_at": site.clock()}),
        (MobileIngestToken, {"revoked_at": site.clock()}),
    ):
        change(site, model, **values)
        assert post(site, EVENTS, {"event": LOG}, made.token).status_int == 401
        told.append(rejections(site)[-1].reason)
    assert told == [
        "archived_project",
        "revoked_api_key",
        "expired_mobile_ingest_token",
        "revoked_mobile_ingest_token",
    ]


def test_too_many_requests_are_not_reported(make_observed: Callable[..., Instance]) -> None:
    site = make_observed(LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS="1")
    key = api_key(site, project(site))
    assert [site.send(key).status_int for _ in range(2)] == [201, 429]
    assert rejections(site) == []


def test_pages_of_origins_that_are_not_allowed_are_reported(site: Instance) -> None:
    key = api_key(site, project(site, allowed_origins=["https://shop.example"]))
    answer = site.post(EVENTS, {"event": LOG}, key, headers={"Origin": "https://evil.example"})
    assert answer.status_int == 403
    assert reasons(site) == [("ingest", "origin_not_allowed", 403)]
    assert "payload" not in rejection(site).details


# Details


def test_a_report_tells_who_sent_what_and_why_it_was_refused(site: Instance, key: str) -> None:
    site.clock.forward(seconds=5)
    answer = site.post(
        f"{EVENTS}.json",
        {"EVENT": {"EVENT_TYPE": "error", "LEVEL": "fatal", "CONTEXT": {"password": "hunter2"}}},
        key,
        headers={"User-Agent": "shop/1.0", "X-Request-Id": "req-7"},
        extra_environ={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert answer.status_int == 422
    found = rejection(site)
    [of], [row] = site.rows(Project), site.rows(ApiKey)
    assert (found.project_id, found.rejected_at, found.reported_at) == (of.id, site.clock(), None)
    details = found.details
    assert isinstance(details.pop("content_length"), int)
    assert details == {
        "reason": "invalid_event",
        "status": 422,
        "endpoint": "ingest",
        "path": "/api/v1/ingest_events.json",
        "method": "POST",
        "request_id": "req-7",
        "client_ip": "203.0.113.9",
        "user_agent": "shop/1.0",
        "content_type": "application/json",
        "auth": {
            "authorization_header_present": True,
            "authorization_scheme": "Bearer",
            "bearer_present": True,
            "x_api_key_present": False,
            "credential_type": "api_key",
            "token_source": "authorization",
            "token_digest_prefix": digest_of(key)[:16],
        },
        "project": {
            "uuid": str(of.uuid),
            "slug": "shop",
            "name": "Shop",
            "integration_kind": "python",
            "archived": False,
            "archived_at": None,
        },
        "api_key": {
            "uuid": str(row.uuid),
            "name": "web",
            "active": True,
            "revoked_at": None,
            "last_used_at": None,
        },
        "errors": ["Message can't be blank"],
        "exception": {"class": "Invalid", "message": "422 invalid_event"},
        "payload": {
            "root_keys": ["EVENT"],
            "envelope_key": "EVENT",
            "envelope_key_case": "uppercase",
            "envelope_keys": ["EVENT_TYPE", "LEVEL", "CONTEXT"],
            "normalized_envelope_keys": ["event_type", "level", "context"],
            "event_type": "error",
            "level": "fatal",
            "message_present": False,
            "check_in_slug": None,
            "check_in_status": None,
            "context_keys": ["password"],
        },
    }
    assert "hunter2" not in json.dumps(details)


def test_a_report_about_a_mobile_token_tells_what_it_was_made_for_and_no_value_that_contradicts_it(
    site: Instance,
) -> None:
    made = app(site, release="1.0")
    assert site.send(made.token, service="com.evil", release="2.0").status_int == 422
    details = rejection(site).details
    [row] = site.rows(MobileIngestToken)
    assert details["mobile_ingest_token"] == {
        "uuid": str(row.uuid),
        "platform": "android",
        "service": "com.app",
        "environment": "production",
        "release": "1.0",
        "active": True,
        "expires_at": row.expires_at.isoformat(),
        "revoked_at": None,
        "last_used_at": None,
    }
    assert details["auth"]["credential_type"] == "mobile_ingest_token"
    assert details["errors"] == [
        "service must match the mobile ingest token binding",
        "release must match the mobile ingest token binding",
    ]
    assert details["api_key"]["name"] == "tests"
    assert "com.evil" not in json.dumps(details)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, (False, None, False, False, None)),
        ({"X-Api-Key": "wrong"}, (False, None, False, True, "x_api_key")),
        ({"Authorization": "bearer wrong"}, (True, "bearer", False, False, None)),
        ({"Authorization": "Bearer "}, (True, "Bearer", True, False, None)),
        ({"Authorization": "Bearer wrong", "X-Api-Key": "other"}, (True, "Bearer", True, True, "authorization")),
        ({"Authorization": "Basic d3Jvbmc="}, (True, "Basic", False, False, None)),
        # Whoever forgets the scheme puts the secret in its place.
        ({"Authorization": "wrong"}, (True, None, False, False, None)),
        ({"Authorization": "wrong key"}, (True, None, False, False, None)),
    ],
)
def test_the_way_a_token_was_presented_is_told_and_the_token_is_not(
    site: Instance, headers: dict[str, str], told: tuple[Any, ...]
) -> None:
    answer = site.post(EVENTS, {"event": LOG | {"context": {"a": "hunter2"}}}, headers=headers)
    assert answer.status_int == 401
    details = rejection(site).details
    auth = details["auth"]
    names = (
        "authorization_header_present", "authorization_scheme", "bearer_present", "x_api_key_present", "token_source",
    )  # fmt: skip
    assert tuple(auth[name] for name in names) == told
    assert auth["credential_type"] is None
    assert (auth["token_digest_prefix"] is None) == (auth["token_source"] is None)
    # Nobody looks at what a stranger sends.
    assert "payload" not in details
    written = json.dumps(details)
    assert not [secret for secret in ("wrong", "other", "d3Jv", "hunter2") if secret in written]


def test_a_body_without_length_is_read_before_the_token_and_still_not_looked_at(site: Instance) -> None:
    request = webtest.TestRequest.blank(EVENTS, method="POST", headers={"Authorization": "Bearer no"})
    request.body_file = io.BytesIO(json.dumps({"event": LOG}).encode())
    request.content_length = None
    request.environ["wsgi.input_terminated"] = True
    assert request.get_response(site.router).status_int == 401
    details = rejection(site).details
    assert (details["content_length"], "payload" in details) == (None, False)


def test_a_report_about_a_batch_shows_its_first_refused_envelope(site: Instance, key: str) -> None:
    bad = line(message=" ", level="warn", mark=1)
    body = gzip.compress(line() + b"\n" + bad + line() + line(event_type="boom"))
    assert post(site, BATCH, body, key, {"Content-Encoding": "gzip"}).status_int == 422
    details = rejection(site).details
    assert details["errors"] == ["1: Message can't be blank", "3: Event type is not included in the list"]
    assert (details["payload"]["level"], details["payload"]["message_present"]) == ("warn", False)
    assert "mark" in details["payload"]["envelope_keys"]


def test_hostile_headers_and_keys_make_no_trouble(site: Instance, key: str) -> None:
    document = {"event": {"a\x00b": 1, "\ud800": 2, "k" * 300: 3, "event_type": "x" * 5000}}
    headers = {"User-Agent": "u\x01" * 500, "Content-Type": "text/\xff"}
    assert post(site, EVENTS, document, key, headers).status_int == 422
    details = rejection(site).details
    assert details["user_agent"].startswith("u u u")
    assert len(details["user_agent"]) == 300
    assert details["payload"]["envelope_keys"][:2] == ["a\ufffdb", "\ufffd"]
    assert len(details["payload"]["event_type"]) == 100


# Not too many of them, and none about themselves


def test_case_80_22_a_mistake_is_reported_once_a_minute(site: Instance) -> None:
    token = api_key(site, project(site), revoked_at=site.clock())
    for _ in range(10):
        assert site.send(token).status_int == 401
    [first] = rejections(site)
    assert (first.reason, event_of(first)["message"]) == ("revoked_api_key", "Client ingest rejected")
    assert token not in json.dumps(event_of(first))
    # Other endpoints, tokens and reasons are other mistakes.
    site.post(CHECK_INS, {}, token)
    other = api_key(site, project(site))
    site.send(other, message=" ")
    site.send(other, event_type="span")
    assert len(rejections(site)) == 4
    site.clock.forward(seconds=60)
    site.send(token)
    assert len(rejections(site)) == 5


def test_two_processes_that_meet_the_same_mistake_report_it_once(
    make_observed: Callable[..., Instance], site: Instance
) -> None:
    other = make_observed(DATABASE_URL=site.settings.database.url)
    token = api_key(site, project(site), revoked_at=site.clock())
    for instance in (site, other):
        assert instance.send(token).status_int == 401
        assert len(rejections(instance)) == 1


def test_invented_tokens_fill_neither_the_table_nor_the_place_of_projects(
    make_observed: Callable[..., Instance],
) -> None:
    site = make_observed(LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS="1000")
    key = api_key(site, project(site))
    for number in range(50):
        assert site.send(f"invented {number}").status_int == 401
    assert site.send(key, message=" ").status_int == 422
    assert [row.reason for row in rejections(site)] == ["invalid_api_key"] * 20 + ["invalid_event"]


def test_what_waits_while_nobody_writes_is_bounded(make_observed: Callable[..., Instance], caplog: Any) -> None:
    site = make_observed(LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS="1000")
    for number in range(26 * 20):
        assert site.send(f"invented {number}").status_int == 401
        if number % 20 == 19:
            site.clock.forward(minutes=1)
    assert "client_submissions.queue_full" in caplog.text
    assert len(rejections(site)) == 500


def test_a_refused_report_is_not_reported(site: Instance, key: str) -> None:
    site.send(key, message=" ")
    report = event_of(rejection(site)) | {"uuid": "no"}
    assert site.post(EVENTS, {"event": report}, key).status_int == 422
    site.clock.forward(minutes=1)
    assert site.post(EVENTS, {"event": report}, key).status_int == 422
    assert len(rejections(site)) == 1


@pytest.mark.parametrize("path", [EVENTS, CHECK_INS, DEPLOYMENTS])
def test_case_80_21_refusals_of_our_own_key_are_not_reported(site: Instance, path: str) -> None:
    assert site.post(path, {}, OWN_KEY).status_int == 401
    assert site.post(path, {}, headers={"X-Api-Key": OWN_KEY}).status_int == 401
    assert rejections(site) == []


def test_a_report_is_telemetry_as_any_other(site: Instance, key: str) -> None:
    site.send(key, message=" ")
    found = rejection(site)
    assert site.post(EVENTS, {"event": event_of(found)}, key).status_int == 201
    [event] = site.rows(IngestEvent)
    assert (event.event_type, event.level, event.message) == ("log", "warn", "Client ingest rejected")
    assert event.fingerprint == "client-submission:ingest:invalid_event"
    assert event.occurred_at == found.rejected_at
    context = site.context(event)
    assert context["client_submission"]["reason"] == "invalid_event"
    assert context["logister_internal"] == {
        "component": "client_submissions",
        "operation": "report_rejection",
        "feedback_depth": 1,
    }


def test_without_a_key_of_its_own_the_installation_reports_nothing(make_site: Callable[..., Instance]) -> None:
    site = make_site()
    site.registry.rejections.start()
    assert site.send("wrong").status_int == 401
    site.registry.rejections.stop()
    assert site.count(RejectedSubmission) == 0


# Writing


@pytest.fixture
def writing(site: Instance) -> Iterator[None]:
    site.registry.rejections.start()
    yield
    site.registry.rejections.stop()


@pytest.mark.usefixtures("writing")
def test_a_thread_writes_them_down_soon(site: Instance) -> None:
    assert site.send("wrong").status_int == 401
    within(lambda: site.count(RejectedSubmission) == 1)


def test_what_waits_is_written_before_the_process_ends(site: Instance) -> None:
    site.registry.rejections.start()
    for number in range(20):
        site.send(f"wrong {number}")
    site.registry.rejections.stop()
    assert site.count(RejectedSubmission) == 20
    assert "logister-rejections" not in [thread.name for thread in threading.enumerate()]


def test_when_they_cannot_be_written_clients_notice_nothing(site: Instance, key: str, caplog: Any) -> None:
    rename(site, "rejected_submissions", "away")
    site.registry.rejections.start()
    assert site.send(key, message=" ").status_int == 422
    within(lambda: "client_submissions.not_recorded reason=invalid_event" in caplog.text)
    rename(site, "away", "rejected_submissions")
    # The thread is still there.
    assert site.send(key, event_type="span").status_int == 422
    site.registry.rejections.stop()
    assert reasons(site) == [("ingest", "invalid_span", 422)]


def test_a_project_that_is_gone_meanwhile_is_left_out(site: Instance) -> None:
    of = project(site)
    token = api_key(site, of, revoked_at=site.clock())
    site.send(token)
    with site.write() as db:
        db.delete(db.get(Project, of.id))
    found = rejection(site)
    assert (found.project_id, found.reason) == (None, "revoked_api_key")
    assert "project" not in found.details


def test_old_reports_are_removed(site: Instance) -> None:
    site.send("one")
    rejections(site)
    site.clock.forward(days=7)
    site.send("two")
    remove(site)
    assert len(rejections(site)) == 2
    site.clock.forward(minutes=1)
    remove(site)
    assert len(rejections(site)) == 1


def remove(site: Instance) -> None:
    """What the recurring job does."""
    name = f"{remove_old_rejections.__module__}.{remove_old_rejections.__qualname__}"
    site.registry.actors[name].fn()


def rename(site: Instance, table: str, to: str) -> None:
    with site.write() as db:
        db.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


def within(what: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)
