"""What a report tells of a refused submission (specification, ingest chapter §3.6, and operations chapter §6.3)."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
import webtest

from factories.mobile_tokens import app
from factories.rejections import BATCH, EVENTS, LOG, line, post, rejection
from logister_core.api_keys.models import ApiKey
from logister_core.ingest.credentials import digest_of
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import Project
from support.instance import Instance


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
