"""How many requests are taken of whom (specification, ingest chapter §2 and §3; cases are named by their number)."""

from __future__ import annotations

import io
import logging
from typing import Any
from uuid import uuid4

import pytest
import webtest
from sqlalchemy import event, update

from factories.projects import api_key, project
from logister_core.ingest.models import IngestEvent
from logister_core.projects.models import Project
from support.contract import told
from support.instance import Instance

EVENTS = "/api/v1/ingest_events"
BATCH = f"{EVENTS}/batch"
CHECK_INS = "/api/v1/check_ins"
DEPLOYMENTS = "/api/v1/deployments"
ENDPOINTS = (EVENTS, BATCH, CHECK_INS, DEPLOYMENTS)

ACCEPTED = "LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS"
FAILED = "LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS"
BEFORE = "LOGISTER_PUBLIC_API_PRE_AUTH_RATE_LIMIT_REQUESTS"
RESET = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def from_address(ip: str) -> dict[str, Any]:
    """As the server tells it."""
    return {"extra_environ": {"REMOTE_ADDR": ip}}


def check_in(site: Instance, token: str) -> webtest.TestResponse:
    return site.post(CHECK_INS, {"check_in": {"slug": "nightly"}}, token)


def test_case_10_05_the_second_request_is_one_too_many(make_site: Any) -> None:
    site = make_site(**{ACCEPTED: "1"})
    token = api_key(site, project(site))
    first = site.send(token)
    reset = int(site.clock().timestamp()) // 60 * 60 + 60
    assert first.status_int == 201
    assert [first.headers[name] for name in RESET] == ["1", "0", str(reset)]
    assert "Retry-After" not in first.headers
    second = site.send(token)
    assert second.status_int == 429
    assert [second.headers[name] for name in RESET] == ["1", "0", str(reset)]
    wait = reset - int(site.clock().timestamp())
    assert second.headers["Retry-After"] == str(wait)
    assert told(second) == {
        "error": "Rate limit exceeded",
        "code": "rate_limited",
        "limit": 1,
        "window_seconds": 60,
        "retry_after": wait,
    }
    assert site.count(IngestEvent) == 1
    assert check_in(site, token).status_int == 201
    # Another key of the same project has a count of its own, and a new window begins at nothing.
    assert site.send(api_key(site, project(site))).status_int == 201
    site.clock.forward(seconds=wait)
    assert site.send(token).status_int == 201


def test_singles_and_batches_share_a_count(make_site: Any) -> None:
    site = make_site(**{ACCEPTED: "2"})
    token = api_key(site, project(site))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    assert site.send(token).status_int == 201
    site.browser().post(BATCH, b"\n", headers=headers, status=400)
    assert site.browser().post(BATCH, b"\n", headers=headers, status=429).json["limit"] == 2


def test_refusals_after_the_count_carry_its_headers(site: Instance) -> None:
    token = api_key(site, project(site))
    for document, status in (("no envelope", 400), ({"event": {"event_type": "boom", "message": "m"}}, 422)):
        answer = site.post(EVENTS, document, token)
        assert (answer.status_int, answer.headers["X-RateLimit-Limit"]) == (status, "1200")
    assert answer.headers["X-RateLimit-Remaining"] == "1198"


def test_case_10_06_a_projects_own_limit_wins(make_site: Any) -> None:
    site = make_site(**{ACCEPTED: "10"})
    of = project(site, public_api_rate_limit_requests_override=1, public_api_rate_limit_period_seconds_override=7)
    token = api_key(site, of)
    assert site.send(token).headers["X-RateLimit-Limit"] == "1"
    second = site.send(token)
    assert (second.status_int, second.json["limit"], second.json["window_seconds"]) == (429, 1, 7)
    assert [site.send(api_key(site, project(site))).status_int for _ in range(2)] == [201, 201]


def test_a_changed_limit_holds_at_once_where_it_was_changed(make_site: Any) -> None:
    site = make_site(**{ACCEPTED: "1"})
    of = project(site)
    token = api_key(site, of)
    assert [site.send(token).status_int for _ in range(2)] == [201, 429]
    with site.write() as db:
        db.execute(update(Project).values(public_api_rate_limit_requests_override=5))
    site.registry.intake.forget()
    assert site.send(token).headers["X-RateLimit-Remaining"] == "2"


def test_case_10_07_failures_of_an_address_are_counted_over_all_endpoints(make_site: Any) -> None:
    site = make_site(**{FAILED: "1"})
    first = site.post(EVENTS, {}, "wrong")
    assert first.status_int == 401
    assert [first.headers[name] for name in RESET[:2]] == ["1", "0"]
    second = site.post(CHECK_INS, {}, "also wrong")
    assert (second.status_int, second.json["limit"]) == (429, 1)
    assert second.headers["Retry-After"]
    # Others are not to blame, and who has a key is not stopped by those who have none.
    assert site.post(EVENTS, {}, "wrong", **from_address("203.0.113.9")).status_int == 401
    assert site.send(api_key(site, project(site))).status_int == 201


def test_case_10_07_a_dead_key_is_held_to_the_limit_of_its_project(site: Instance) -> None:
    of = project(site, public_api_auth_failure_rate_limit_requests_override=1)
    dead = api_key(site, of, revoked_at=site.clock())
    first = site.send(dead)
    assert (first.status_int, first.headers["X-RateLimit-Limit"]) == (401, "1")
    assert site.send(dead).status_int == 429


def test_case_10_08_an_address_is_stopped_before_anything_is_looked_at(make_site: Any) -> None:
    site = make_site(**{BEFORE: "1"})
    token = api_key(site, project(site))
    assert site.send(token).status_int == 201
    statements: list[str] = []
    event.listen(site.registry.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for path in ENDPOINTS:
        answer = site.post(path, {}, token)
        assert (answer.status_int, answer.json["limit"]) == (429, 1)
        assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("1", "0")
    assert statements == []
    site.browser().get(EVENTS, status=404)
    site.browser().get("/up", status=200)
    assert site.post(EVENTS, {}, token, **from_address("203.0.113.9")).status_int == 400


def test_the_guard_shows_itself_only_when_it_refuses(site: Instance) -> None:
    site.registry.intake.guards._limiter.hit("pre_auth", "all", "ip:203.0.113.7", limit=12_000, period=60, amount=9)
    answer = site.send(api_key(site, project(site)))
    assert answer.headers["X-RateLimit-Limit"] == "1200"


def test_case_10_08_without_counters_everybody_is_let_through(make_site: Any, caplog: pytest.LogCaptureFixture) -> None:
    site = make_site(**{ACCEPTED: "1", BEFORE: "1", "REDIS_RATE_LIMIT_URL": "redis://127.0.0.1:1"})
    token = api_key(site, project(site))
    with caplog.at_level(logging.WARNING):
        answers = [site.send(token) for _ in range(3)]
    assert [answer.status_int for answer in answers] == [201, 201, 201]
    assert not any(name.startswith("X-RateLimit") for answer in answers for name in answer.headers)
    assert "rate_limits.store_failed" in caplog.text


def test_case_10_09_a_body_without_length_is_read_up_to_the_limit(site: Instance) -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.taken += size
            return b" " * size

    body = Endless()
    environ = {"wsgi.input_terminated": True, "wsgi.input": body}
    request = webtest.TestRequest.blank(EVENTS, method="POST", environ=environ)
    request.content_length = None
    answer = site.browser().do_request(request, status=413)
    assert told(answer)["code"] == "request_bytes"
    assert body.taken == 2_097_153


def test_case_10_09_a_large_body_is_refused_without_a_look_at_the_key(site: Instance) -> None:
    statements: list[str] = []
    event.listen(site.registry.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for path in (EVENTS, CHECK_INS, DEPLOYMENTS):
        answer = site.browser().post(path, b" " * 2_097_153, headers={"Authorization": "Bearer x"}, status=413)
        assert (answer.json["code"], answer.json["limit"]) == ("request_bytes", 2_097_152)
    assert statements == []


def test_invented_tokens_do_not_ask_the_database_again_and_again(site: Instance) -> None:
    statements: list[str] = []
    event.listen(site.registry.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for _ in range(3):
        assert site.post(EVENTS, {}, "invented").status_int == 401
    once = len(statements)
    assert once <= 4
    assert site.post(EVENTS, {}, str(uuid4())).status_int == 401
    assert len(statements) == 2 * once
