"""Getting mobile tokens (specification, ingest chapter §8.3; case 38 is named by its number)."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from factories.mobile_tokens import PATH, App, app, ask
from factories.projects import api_key, project
from logister_core.api_keys.models import ApiKey
from logister_core.mobile_tokens.actors import remove_expired_tokens
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import Project
from support.contract import told
from support.instance import Instance

ALL_TYPES = ["error", "log", "metric", "transaction", "span", "check_in"]


@pytest.fixture
def key(site: Instance) -> str:
    return api_key(site, project(site, integration_kind="android"))


def stored(site: Instance) -> MobileIngestToken:
    [found] = site.rows(MobileIngestToken)
    return found


def test_case_10_38_a_token_is_made_for_a_quarter_of_an_hour(site: Instance, key: str) -> None:
    answer = ask(site, key)
    assert answer.status_int == 201
    body = answer.json
    token = body.pop("token")
    assert re.fullmatch(r"logister_mobile_[0-9a-f]{64}", token)
    assert body == {
        "expires_at": "2026-11-20T12:15:00Z",
        "platform": "android",
        "service": "com.app",
        "environment": "production",
        "allowed_event_types": ALL_TYPES,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-RateLimit-Remaining"] == "1199"
    row = stored(site)
    assert row.token_digest == hashlib.sha256(token.encode()).hexdigest()
    assert row.expires_at == site.clock() + timedelta(seconds=900)
    [parent] = site.rows(ApiKey)
    assert (row.project_id, row.api_key_id) == (parent.project_id, parent.id)
    # Getting it is a use of the key, and none of the token.
    assert (parent.last_used_at, row.last_used_at) == (site.clock(), None)


def test_case_10_38_every_value_that_is_asked_for_is_bound(site: Instance, key: str) -> None:
    fields = {
        "PLATFORM": " Android ",
        "service": " com.app ",
        "environment": "staging",
        "release": "1.4.0+42",
        "sessionId": "s-1",
        "expires_in_seconds": "120",
        "allowedEventTypes": ["Error", "check-in", "error", "checkIn", ""],
    }
    answer = site.post(PATH, {"MOBILE_INGEST_TOKEN": fields}, key)
    assert answer.status_int == 201
    body = answer.json
    del body["token"]
    assert body == {
        "expires_at": "2026-11-20T12:02:00Z",
        "platform": "android",
        "service": "com.app",
        "environment": "staging",
        "release": "1.4.0+42",
        "session_id": "s-1",
        "allowed_event_types": ["error", "check_in"],
    }


@pytest.mark.parametrize("path", [f"{PATH}.json", f"{PATH}/"])
def test_every_spelling_of_the_path_is_answered(site: Instance, key: str, path: str) -> None:
    fields = {"platform": "android", "service": "com.app", "environment": "production"}
    assert site.post(path, {"mobile_ingest_token": fields}, key).status_int == 201


@pytest.mark.parametrize(
    ("sent", "types"),
    [("log", ["log"]), ([], ALL_TYPES), (None, ALL_TYPES), ("  ", ALL_TYPES), (["span", None], ["span"])],
)
def test_types_are_one_or_a_list(site: Instance, key: str, sent: Any, types: list[str]) -> None:
    fields = {"platform": "android", "service": "com.app", "environment": "production", "allowed_event_types": sent}
    answer = site.post(PATH, {"mobile_ingest_token": fields}, key)
    assert (answer.status_int, answer.json["allowed_event_types"]) == (201, types)


@pytest.mark.parametrize(
    ("sent", "seconds"), [(59, 59), (3601, 3601), ("3600", 3600), (60.9, 60), ("", 900), ({}, 900)]
)
def test_a_token_lives_as_long_as_is_asked_for(site: Instance, key: str, sent: Any, seconds: int) -> None:
    assert ask(site, key, expires_in_seconds=sent).status_int == 201
    assert stored(site).expires_at == site.clock() + timedelta(seconds=seconds)


TOO_SHORT = "Expires at must be at least 60 seconds from now"
TOO_LONG = "Expires at must be within 3600 seconds"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"expires_in_seconds": 7200}, [TOO_LONG]),
        ({"expires_in_seconds": 3602}, [TOO_LONG]),
        ({"expires_in_seconds": 1e300}, [TOO_LONG]),
        ({"expires_in_seconds": 58}, [TOO_SHORT]),
        ({"expires_in_seconds": -1e300}, [TOO_SHORT]),
        ({"expires_in_seconds": "soon"}, [TOO_SHORT]),
        ({"expires_in_seconds": True}, [TOO_SHORT]),
        ({"expires_in_seconds": [900]}, [TOO_SHORT]),
        ({"platform": "ios"}, ["Platform must match the project integration kind"]),
        ({"platform": "windows"}, ["Platform is not included in the list"]),
        ({"platform": ["android"]}, ["Platform is not included in the list"]),
        ({"service": " "}, ["Service can't be blank"]),
        ({"service": {"name": "com.app"}}, ["Service can't be blank"]),
        ({"service": "x" * 256}, ["Service is too long (maximum is 255 characters)"]),
        (
            {"allowed_event_types": ["error", "deployment"]},
            ["Allowed event types contains unsupported values: deployment"],
        ),
        (
            {"allowed_event_types": ["a" * 5000, {"b": 1}, *(str(number) for number in range(900))]},
            [
                f"Allowed event types contains unsupported values: {'a' * 40}, "
                '{"b": 1}, 0, 1, 2, 3, 4, 5, 6, 7'
            ],
        ),
        (
            {
                "platform": None,
                "service": None,
                "environment": "",
                "expires_in_seconds": 0,
                "allowed_event_types": "deployment",
            },
            [
                "Platform is not included in the list",
                "Service can't be blank",
                "Environment can't be blank",
                TOO_SHORT,
                "Allowed event types contains unsupported values: deployment",
            ],
        ),
    ],
)  # fmt: skip
def test_case_10_38_what_is_not_valid_is_named(
    site: Instance, key: str, fields: dict[str, Any], errors: list[str]
) -> None:
    # `release` keeps the object from being empty.
    answer = ask(site, key, release="1", **fields)
    assert answer.status_int == 422
    assert told(answer) == {"errors": errors, "code": "invalid_mobile_ingest_token"}
    assert site.count(MobileIngestToken) == 0


def test_case_10_38_projects_of_no_app_get_no_tokens(site: Instance) -> None:
    answer = ask(site, api_key(site, project(site, integration_kind="python")))
    assert answer.json["errors"] == ["Platform must match the project integration kind"]


@pytest.mark.parametrize(
    "document", [{}, [], {"mobile_ingest_token": {}}, {"mobile_ingest_token": "x"}, {"platform": "android"}]
)
def test_without_the_envelope_it_is_named(site: Instance, key: str, document: Any) -> None:
    answer = site.post(PATH, document, key)
    assert answer.status_int == 400
    assert told(answer) == {
        "error": "param is missing or the value is empty or invalid: mobile_ingest_token",
        "code": "missing_mobile_ingest_token_envelope",
    }


def test_limits_hold_for_the_request(site: Instance, key: str) -> None:
    answer = ask(site, key, files=[1] * 1001)
    assert (answer.status_int, answer.json["code"]) == (413, "array_length")
    headers = {"Authorization": f"Bearer {key}"}
    answer = site.browser().post(PATH, b" " * 2_097_153, headers=headers, status=413)
    assert answer.json["code"] == "request_bytes"
    answer = site.browser().post(PATH, b"{", headers=headers, status=400)
    assert answer.json["code"] == "invalid_json"


def test_requests_for_tokens_are_counted_apart_from_events(make_site: Any) -> None:
    site = make_site(LOGISTER_PUBLIC_API_RATE_LIMIT_REQUESTS="1")
    made = app(site)
    assert ask(site, made.key).status_int == 429
    assert site.send(made.key).status_int == 201
    assert site.count(MobileIngestToken) == 1


class TestAMobileToken:
    """Gets no token and announces no deployment, dead or alive; trying counts as no failed authentication."""

    @pytest.fixture
    def site(self, make_site: Any) -> Instance:
        site: Instance = make_site(LOGISTER_PUBLIC_API_AUTH_FAILURE_RATE_LIMIT_REQUESTS="1")
        return site

    @pytest.fixture
    def made(self, site: Instance) -> App:
        return app(site)

    def refused(self, site: Instance, token: str) -> None:
        for _ in range(2):
            answer = ask(site, token)
            assert answer.status_int == 403
            assert told(answer) == {"error": "Forbidden", "code": "mobile_ingest_token_forbidden"}
            assert "X-RateLimit-Limit" not in answer.headers

    def test_case_10_38_alive(self, site: Instance, made: App) -> None:
        self.refused(site, made.token)

    def test_case_10_35_announcing_a_deployment(self, site: Instance, made: App) -> None:
        fields = {"release": "1", "repository": "acme/shop", "commit_sha": "abcdef0"}
        answer = site.post("/api/v1/deployments", {"deployment": fields}, made.token)
        assert (answer.status_int, answer.json["error"]) == (403, "Forbidden")

    def test_case_10_38_expired(self, site: Instance, made: App) -> None:
        site.clock.forward(seconds=900)
        self.refused(site, made.token)

    def test_case_10_38_revoked(self, site: Instance, made: App) -> None:
        change(site, MobileIngestToken, revoked_at=site.clock())
        self.refused(site, made.token)

    def test_of_a_revoked_key(self, site: Instance, made: App) -> None:
        change(site, ApiKey, revoked_at=site.clock())
        self.refused(site, made.token)

    def test_of_an_archived_project(self, site: Instance, made: App) -> None:
        change(site, Project, archived_at=site.clock())
        self.refused(site, made.token)

    def test_that_nobody_made_is_a_failed_authentication(self, site: Instance, made: App) -> None:
        invented = f"logister_mobile_{'0' * 64}"
        assert ask(site, invented).status_int == 401
        assert ask(site, invented).status_int == 429


def test_tokens_that_expired_long_ago_are_removed(site: Instance) -> None:
    made = app(site)
    site.clock.forward(days=7)
    kept = ask(site, made.key)
    remove(site)
    assert site.count(MobileIngestToken) == 2
    site.clock.forward(minutes=16)
    remove(site)
    assert stored(site).token_digest == hashlib.sha256(kept.json["token"].encode()).hexdigest()


def remove(site: Instance) -> None:
    """What the recurring job does."""
    name = f"{remove_expired_tokens.__module__}.{remove_expired_tokens.__qualname__}"
    site.registry.actors[name].fn()


def change(site: Instance, model: Any, **values: Any) -> None:
    with site.write() as db:
        db.execute(update(model).values(**values))
    site.registry.intake.forget()


# Pages


def test_who_manages_a_project_of_an_app_sees_its_live_tokens_and_revokes_them(site: Instance, people: Any) -> None:
    owner, browser = people.newcomer()
    of = people.project(owner, integration_kind="android")
    key = api_key(site, of)
    setup = f"/projects/{of.uuid}/setup"
    assert "No token is alive." in browser.get(setup).text
    ask(site, key, service="com.gone", expires_in_seconds=60)
    site.clock.forward(seconds=61)
    first, second = (ask(site, key, service=service).json["token"] for service in ("com.one", "<b>two"))
    assert site.send(first).status_int == 201
    page = browser.get(setup)
    rows = page.html.select_one("#mobile-tokens ~ .table-region, [aria-labelledby=mobile-tokens]").select("tbody tr")
    assert [row.th.text for row in rows] == ["<b>two", "com.one"]
    assert first not in page.text
    assert "never" in rows[0].text
    assert "never" not in rows[1].text
    form = next(
        form for form in page.forms.values() if f"/mobile_tokens/{site.rows(MobileIngestToken)[1].uuid}" in form.action
    )
    answer = form.submit()
    assert (answer.status_int, answer.location) == (303, f"http://localhost{setup}#mobile-tokens")
    assert "Mobile token revoked." in answer.follow().text
    # At once, in this process.
    assert site.send(first).status_int == 401
    assert site.send(second).status_int == 201
    revoked_at = site.rows(MobileIngestToken)[1].revoked_at
    site.clock.forward(minutes=1)
    form.submit()
    assert site.rows(MobileIngestToken)[1].revoked_at == revoked_at


def test_other_projects_and_people_have_nothing_to_do_with_mobile_tokens(site: Instance, people: Any) -> None:
    owner, browser = people.newcomer()
    of = people.project(owner, integration_kind="android")
    ask(site, api_key(site, of))
    other = people.project(owner, "Other")
    assert "Mobile tokens" not in browser.get(f"/projects/{other.uuid}/setup").text
    uuid = stored(site).uuid
    csrf_token = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    for project_uuid, token in ((other.uuid, uuid), (of.uuid, "nonsense"), (of.uuid, other.uuid)):
        path = f"/projects/{project_uuid}/mobile_tokens/{token}/revoke"
        browser.post(path, {"csrf_token": csrf_token}, status=404)
    viewer, theirs = people.newcomer("vic@example.com")
    people.join(of, viewer, "viewer")
    assert "Mobile tokens" not in theirs.get(f"/projects/{of.uuid}/setup").text
    csrf_token = theirs.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    theirs.post(f"/projects/{of.uuid}/mobile_tokens/{uuid}/revoke", {"csrf_token": csrf_token}, status=404)
    assert stored(site).revoked_at is None
