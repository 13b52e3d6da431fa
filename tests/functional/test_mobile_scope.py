"""What a mobile token may send (specification, ingest chapter §5.7; case 38 is named by its number)."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
import webtest
from sqlalchemy import update

from factories.mobile_tokens import App, app, ask
from logister_core.api_keys.models import ApiKey
from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.monitors.models import CheckInMonitor
from logister_core.projects.models import Project
from support.contract import told
from support.instance import Instance

BOUND = {
    "platform": "android",
    "service": "com.app",
    "environment": "staging",
    "release": "1.4.0+42",
    "session_id": "s-1",
}
CHECK_INS = "/api/v1/check_ins"
BATCH = "/api/v1/ingest_events/batch"
SPAN = {"event_type": "span", "name": "GET /", "trace_id": "t", "span_id": "s"}


def bound_app(site: Instance, **fields: Any) -> App:
    return app(site, **{name: value for name, value in BOUND.items() if name != "platform"} | fields)


@pytest.fixture
def token(site: Instance) -> str:
    return bound_app(site).token


def event(site: Instance) -> IngestEvent:
    [found] = site.rows(IngestEvent)
    return found


def batch(site: Instance, token: str, events: list[dict[str, Any]]) -> webtest.TestResponse:
    lines = [json.dumps({"event": {"uuid": str(uuid4()), "message": "m"} | values}).encode() for values in events]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    return site.browser().post(BATCH, b"\n".join(lines), headers=headers, status="*")


def assert_bound(context: dict[str, Any]) -> None:
    assert {name: context[name] for name in BOUND} == BOUND


# What is written


def test_case_10_38_the_bindings_are_written_into_an_event(site: Instance, token: str) -> None:
    # What agrees, also in another spelling, and what is blank is no contradiction.
    context = {"sessionId": "s-1", "environment": " ", "release": None, "kept": 1}
    assert site.send(token, service="com.app", context=context).status_int == 201
    found = event(site)
    assert_bound(site.context(found))
    assert site.context(found)["kept"] == 1
    columns = (found.environment, found.release, found.service, found.session_id)
    assert columns == ("staging", "1.4.0+42", "com.app", "s-1")
    # It is attributed to the parent key.
    assert found.api_key_id == site.rows(ApiKey)[0].id


def test_case_10_38_the_bindings_are_written_into_a_span(site: Instance, token: str) -> None:
    assert site.post("/api/v1/ingest_events", {"event": SPAN}, token).status_int == 201
    [span] = site.rows(TraceSpan)
    assert_bound(site.context(span))
    assert (span.environment, span.release, span.service) == ("staging", "1.4.0+42", "com.app")


@pytest.mark.parametrize("path", [CHECK_INS, "/api/v1/ingest_events"])
def test_case_10_38_the_bindings_are_written_into_a_check_in(site: Instance, token: str, path: str) -> None:
    document = (
        {"check_in": {"slug": "sync"}}
        if path == CHECK_INS
        else {"event": {"event_type": "check_in", "message": "sync", "status": "ok"}}
    )
    assert site.post(path, document, token).status_int == 201
    found = event(site)
    assert_bound(site.context(found))
    columns = (found.environment, found.release, found.service, found.session_id)
    assert columns == ("staging", "1.4.0+42", "com.app", "s-1")
    site.project_events()
    assert [monitor.environment for monitor in site.rows(CheckInMonitor)] == ["staging"]


def test_case_10_38_the_bindings_are_written_into_every_envelope_of_a_batch(site: Instance, token: str) -> None:
    answer = batch(site, token, [{"event_type": "log"}, SPAN, {"event_type": "metric", "value": 1}])
    assert answer.status_int == 202
    rows = [*site.rows(IngestEvent), *site.rows(TraceSpan)]
    assert len(rows) == 3
    for row in rows:
        assert_bound(site.context(row))


def test_without_a_release_and_session_the_app_says_its_own(site: Instance) -> None:
    token = app(site).token
    assert site.send(token, release="2", context={"session_id": "s-9"}).status_int == 201
    found = event(site)
    assert (found.environment, found.release, found.session_id) == ("production", "2", "s-9")


def test_a_number_agrees_with_its_text(site: Instance) -> None:
    token = app(site, release="7").token
    assert site.send(token, release=7).status_int == 201
    assert site.context(event(site))["release"] == "7"


# What is refused

CONFLICTS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"service": "com.evil"},
        ['service must match the mobile ingest token binding (got "com.evil", expected "com.app")'],
    ),
    (
        {
            "session_id": "s-2",
            "release": 'a"b',
            "environment": "Staging",
            "service": " com.app",
            "platform": "ios",
        },
        [
            'platform must match the mobile ingest token binding (got "ios", expected "android")',
            'service must match the mobile ingest token binding (got " com.app", expected "com.app")',
            'environment must match the mobile ingest token binding (got "Staging", expected "staging")',
            'release must match the mobile ingest token binding (got "a\\"b", expected "1.4.0+42")',
            'session_id must match the mobile ingest token binding (got "s-2", expected "s-1")',
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("context", "errors"), CONFLICTS)
@pytest.mark.parametrize("fields", [{"event_type": "error", "message": "m"}, SPAN])
def test_case_10_38_what_contradicts_the_token_is_refused(
    site: Instance, token: str, fields: dict[str, Any], context: dict[str, Any], errors: list[str]
) -> None:
    answer = site.post("/api/v1/ingest_events", {"event": {**fields, "context": dict(context)}}, token)
    assert answer.status_int == 422
    assert told(answer) == {"errors": errors, "code": "mobile_context_conflict"}
    assert (site.count(IngestEvent), site.count(TraceSpan)) == (0, 0)


def test_case_10_38_a_field_beside_the_context_contradicts_too(site: Instance, token: str) -> None:
    answer = site.send(token, service="com.evil", session_id="s-2")
    assert [error.partition(" ")[0] for error in told(answer)["errors"]] == ["service", "session_id"]


def test_case_10_38_a_check_in_of_another_environment_or_release_is_refused(site: Instance, token: str) -> None:
    answer = site.post(CHECK_INS, {"check_in": {"slug": "x", "environment": "production", "release": "1"}}, token)
    assert told(answer)["errors"] == [
        'environment must match the mobile ingest token binding (got "production", expected "staging")',
        'release must match the mobile ingest token binding (got "1", expected "1.4.0+42")',
    ]
    assert site.count(IngestEvent) == 0


def test_an_object_in_place_of_a_binding_contradicts_it_in_a_short_answer(site: Instance, token: str) -> None:
    answer = site.send(token, context={"service": {"name": "x" * 5000}})
    [error] = told(answer)["errors"]
    assert error.startswith('service must match the mobile ingest token binding (got {"name": "xxx')
    assert len(error) < 400


@pytest.mark.parametrize(
    "fields",
    [
        {"event_type": "log"},
        SPAN,
        {"event_type": "boom"},
        {"event_type": None},
        {"event_type": ["error"]},
        # The type is looked at before everything else.
        {"event_type": "log", "message": None, "uuid": "no", "context": {"service": "com.evil"}},
    ],
)
def test_case_10_38_a_type_that_is_not_allowed_is_forbidden(site: Instance, fields: dict[str, Any]) -> None:
    token = app(site, allowed_event_types=["error", "check_in"]).token
    answer = site.post("/api/v1/ingest_events", {"event": {"message": "m"} | fields}, token)
    assert answer.status_int == 403
    assert told(answer) == {
        "error": "Mobile ingest token cannot send this event type",
        "code": "mobile_event_type_forbidden",
    }
    assert site.send(token).status_int == 201
    assert site.post(CHECK_INS, {"check_in": {"slug": "x"}}, token).status_int == 201


def test_case_10_38_check_ins_may_be_forbidden(site: Instance) -> None:
    token = app(site, allowed_event_types=["error"]).token
    answer = site.post(CHECK_INS, {"check_in": {"slug": "x"}}, token)
    assert (answer.status_int, answer.json["code"]) == (403, "mobile_event_type_forbidden")


def test_case_10_38_the_first_offending_envelope_of_a_batch_decides(site: Instance) -> None:
    token = app(site, allowed_event_types=["log"]).token
    good, conflict = {"event_type": "log"}, {"event_type": "log", "service": "com.evil"}
    forbidden, invalid = {"event_type": "metric"}, {"event_type": "log", "message": " "}
    answer = batch(site, token, [good, invalid, conflict, forbidden])
    assert (answer.status_int, told(answer)["code"]) == (422, "mobile_context_conflict")
    assert answer.json["errors"] == [
        'service must match the mobile ingest token binding (got "com.evil", expected "com.app")'
    ]
    answer = batch(site, token, [good, forbidden, conflict])
    assert (answer.status_int, told(answer)["code"]) == (403, "mobile_event_type_forbidden")
    assert site.count(IngestEvent) == 0


# When it dies


@pytest.mark.parametrize("death", ["expired", "revoked", "parent revoked", "archived"])
def test_case_10_38_a_dead_token_is_unauthorized_everywhere(site: Instance, death: str) -> None:
    token = app(site, expires_in_seconds=60).token
    assert site.send(token).status_int == 201
    if death == "expired":
        site.clock.forward(seconds=59)
        assert site.send(token).status_int == 201
        site.clock.forward(seconds=1)
    else:
        model: Any = {"revoked": MobileIngestToken, "parent revoked": ApiKey, "archived": Project}[death]
        column = "archived_at" if death == "archived" else "revoked_at"
        with site.write() as db:
            db.execute(update(model).values(**{column: site.clock()}))
        site.registry.intake.forget()
    before = site.count(IngestEvent)
    for answer in (
        site.send(token),
        site.post(CHECK_INS, {"check_in": {"slug": "x"}}, token),
        batch(site, token, [{"event_type": "log"}]),
    ):
        assert (answer.status_int, told(answer)) == (401, {"error": "Unauthorized", "code": "unauthorized"})
    assert site.count(IngestEvent) == before


# Use


def test_using_a_token_is_a_use_of_its_parent_too(site: Instance) -> None:
    made = app(site, expires_in_seconds=3600)
    site.clock.forward(minutes=6)

    def used() -> list[Any]:
        return [row.last_used_at for model in (MobileIngestToken, ApiKey) for row in site.rows(model)]

    at_first = used()
    assert site.send(made.token, event_type="boom").status_int == 403
    assert site.send(made.token, message=" ").status_int == 422
    assert used() == at_first
    assert site.send(made.token).status_int == 201
    assert used() == [site.clock(), site.clock()]
    last = site.clock()
    site.clock.forward(minutes=5)
    assert site.send(made.token).status_int == 201
    assert used() == [last, last]
    site.clock.forward(seconds=1)
    assert site.post(CHECK_INS, {"check_in": {"slug": "x"}}, made.token).status_int == 201
    assert used() == [site.clock(), site.clock()]


def test_accepted_requests_are_counted_for_each_token(make_site: Any) -> None:
    site = make_site(LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS="2")
    made = app(site)
    other = ask(site, made.key).json["token"]
    for token in (made.token, other, made.key):
        answers = [site.send(token) for _ in range(3)]
        assert [answer.status_int for answer in answers] == [201, 201, 429]
        assert answers[0].headers["X-RateLimit-Remaining"] == "1"


def test_the_project_s_own_limit_is_that_of_its_tokens(site: Instance) -> None:
    made = app(site)
    with site.write() as db:
        db.execute(update(Project).values(public_api_rate_limit_requests_override=1))
    site.registry.intake.forget()
    assert [site.send(made.token).status_int for _ in range(2)] == [201, 429]
