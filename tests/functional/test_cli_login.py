"""A program asks for a CLI token, and a person lets it in or not.

Cases of the specification's read API chapter (90) are named by their numbers.
"""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import webtest

from factories.cli_tokens import LOGINS, bearer, begin, poll
from factories.projects import member, project
from logister_core.audit.models import AuditEntry
from logister_core.cli_access.models import CliAccessToken, CliDeviceAuthorization
from logister_core.cli_access.scopes import READ_SCOPES
from logister_core.projects.models import ProjectMembership
from support.instance import Instance

PAGE = "/cli/device"


def question(browser: webtest.TestApp, begun: webtest.TestResponse) -> Any:
    """The form to which the program sends the person."""
    address = urlsplit(begun.json["verification_uri_complete"])
    return browser.get(f"{address.path}?{address.query}").form


def decide(browser: webtest.TestApp, begun: webtest.TestResponse, decision: str = "approve", status: int = 303) -> Any:
    """Whatever is chosen in the form at first."""
    return question(browser, begun).submit("decision", value=decision, status=status)


def actions(site: Instance) -> list[str]:
    return [entry.action for entry in site.rows(AuditEntry)]


def refusal(answer: webtest.TestResponse) -> str:
    assert answer.status_int == 400
    assert set(answer.json) == {"error", "error_description", "interval"}
    assert answer.json["interval"] == 3
    assert answer.headers["Cache-Control"] == "no-store"
    return str(answer.json["error"])


def test_case_90_16_a_program_is_let_in_once(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    shop, other = people.project(ana, "Shop"), people.project(ana, "Other")
    begun = begin(site)
    code = begun.json["user_code"]
    assert re.fullmatch("[A-Z0-9]{4}-[A-Z0-9]{4}", code)
    assert re.fullmatch("[A-Za-z0-9_-]{64}", begun.json["device_code"])
    assert begun.json["verification_uri"] == "http://localhost:6543/cli/device"
    assert begun.json["verification_uri_complete"].endswith(f"?user_code={code}")
    assert (begun.json["expires_in"], begun.json["interval"]) == (600, 3)
    assert begun.headers["Cache-Control"] == "no-store"

    assert refusal(poll(site, begun.json["device_code"])) == "authorization_pending"
    assert refusal(poll(site, begun.json["device_code"])) == "slow_down"
    form = question(browser, begun)
    assert [box.checked for box in form.fields["project_ids[]"]] == [True, True]
    for box in form.fields["project_ids[]"]:
        box.checked = box._value == str(shop.uuid)
    done = form.submit("decision", value="approve", status=303)
    assert "You can close this window" in done.follow().text

    answer = poll(site, begun.json["device_code"])
    assert answer.status_int == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json["access_token"]
    assert answer.json == {
        "access_token": token,
        "token_type": "Bearer",
        "expires_at": "2026-12-20T12:00:00Z",
        "scope": " ".join(READ_SCOPES),
        "scopes": list(READ_SCOPES),
    }
    told = site.browser().get("/api/v1/cli/session", headers=bearer(token)).json
    assert told["accessible_project_uuids"] == [str(shop.uuid)]
    assert str(other.uuid) not in str(told)
    assert refusal(poll(site, begun.json["device_code"])) == "invalid_grant"
    assert site.count(CliAccessToken) == 1
    assert "The program has its access" in browser.get(f"{PAGE}?user_code={code}").text
    assert actions(site) == ["cli_login.approved", "cli_token.granted"]
    granted = site.rows(AuditEntry)[1]
    assert (granted.actor_id, granted.subject_label) == (ana.id, "Logister CLI device login")
    assert token not in str(granted.details)


def test_case_90_08_the_token_stands_nowhere(site: Instance, people: Any) -> None:
    _, browser = people.newcomer()
    begun = begin(site)
    form = question(browser, begun)
    form["all_projects"] = True
    form.submit("decision", value="approve", status=303)
    token = poll(site, begun.json["device_code"]).json["access_token"]
    assert re.fullmatch("logister_cli_[0-9a-f]{64}", token)
    [row] = site.rows(CliAccessToken)
    assert row.token_digest == hashlib.sha256(token.encode()).hexdigest()
    assert (row.all_projects, row.project_uuids) == (True, [])
    tables = [CliAccessToken, CliDeviceAuthorization, AuditEntry]
    everything = " ".join(str(vars(row)) for table in tables for row in site.rows(table))
    secrets = (token, begun.json["device_code"], begun.json["user_code"], begun.json["user_code"].replace("-", ""))
    assert [secret for secret in secrets if secret in everything] == []
    told = site.browser().get("/api/v1/cli/session", headers=bearer(token))
    assert token not in told.text
    assert row.token_digest not in told.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_start_of_tokens_is_chosen(make_site: Any, people_of: Any) -> None:
    site = make_site(LOGISTER_CLI_TOKEN_PREFIX="acme", LOGISTER_PUBLIC_URL="https://logister.example.com/")
    ana, browser = people_of(site).newcomer()
    project(site, ana)
    begun = begin(site)
    assert begun.json["verification_uri"] == "https://logister.example.com/cli/device"
    decide(browser, begun)
    assert poll(site, begun.json["device_code"]).json["access_token"].startswith("acme_")


def test_case_90_17_denied_late_and_unknown_programs_get_nothing(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    project(site, ana)
    denied, late, collected_late = begin(site), begin(site), begin(site)
    assert "The program gets no access" in decide(browser, denied, "deny").follow().text
    assert actions(site) == ["cli_login.denied"]
    decide(browser, collected_late)
    assert refusal(poll(site, denied.json["device_code"])) == "access_denied"
    assert refusal(poll(site, "nothing")) == "invalid_grant"
    assert refusal(site.browser().post(f"{LOGINS}/token", status="*")) == "invalid_grant"
    site.clock.forward(minutes=10)
    for begun in (late, collected_late, denied):
        assert refusal(poll(site, begun.json["device_code"])) == "expired_token"
    assert "Nobody decided within ten minutes" in browser.get(f"{PAGE}?user_code={late.json['user_code']}").text
    assert site.count(CliAccessToken) == 0


def test_case_90_18_a_login_asks_for_what_can_be_granted(site: Instance) -> None:
    for scopes in (["admin:all"], ["errors:write"], ["projects:read", 7], [None], {"a": 1}):
        answer = begin(site, 422, scopes=scopes)
        assert (answer.json["code"], answer.json["parameter"]) == ("invalid_parameter", "scopes")
        assert answer.json["error"] == "Invalid request"
    assert begin(site, 422, scope="errors:write").json["parameter"] == "scopes"
    both = begin(site, scope="projects:read  artifacts:write projects:read")
    assert both.json["scopes"] == ["projects:read", "artifacts:write"]
    assert begin(site, scopes=["events:read"], scope="artifacts:write").json["scope"] == "events:read"
    for nothing in ({}, {"scopes": []}, {"scopes": [""]}, {"scope": " "}, {"scopes": None}):
        assert begin(site, **nothing).json["scopes"] == list(READ_SCOPES)
    assert begin(site, 422, client_name="x" * 81).json["parameter"] == "client_name"
    assert begin(site, 422, client_name=7).json["parameter"] == "client_name"


def test_parameters_come_in_every_shape(site: Instance) -> None:
    post = site.browser().post
    shapes: list[tuple[Any, str]] = [
        (
            b'{"device_authorization": {"client_name": " My\\u0000 CLI ", "scopes": ["events:read"]}}',
            "application/json",
        ),
        (b"client_name=My++CLI&scopes[]=events:read", "application/x-www-form-urlencoded"),
        (b"device_authorization[client_name]=My++CLI&device_authorization[scopes][]=events:read", ""),
        (b"device_authorization[client_name]=My++CLI&scope=events:read", "application/x-www-form-urlencoded"),
    ]
    for body, kind in shapes:
        answer = post(LOGINS, body, content_type=kind or "application/x-www-form-urlencoded")
        assert answer.json["scopes"] == ["events:read"]
        assert site.rows(CliDeviceAuthorization)[-1].client_name == "My  CLI"
    assert post(LOGINS, b"").json["scopes"] == list(READ_SCOPES)
    assert site.rows(CliDeviceAuthorization)[-1].client_name == "Logister CLI"
    for body in (b"{", b"[]", b'"a"'):
        assert post(LOGINS, body, content_type="application/json", status=400).json["code"] == "bad_request"
    assert post(LOGINS, b" " * 16_385, content_type="application/json", status=413).json["code"] == "request_bytes"


def test_case_90_19_only_ones_own_projects_are_granted(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    foreign = project(site)
    people.project(ana, "Shop")
    archived = people.project(ana, "Old", archived_at=site.clock())
    begun = begin(site)
    form = question(browser, begun)
    assert str(archived.uuid) not in form.text
    [box] = form.fields["project_ids[]"]
    box.checked = False
    assert "Choose at least one project" in form.submit("decision", value="approve", status=422).text
    for other in (str(foreign.uuid), "7"):
        box.checked = True
        box.force_value(other)
        assert "One of these projects" in form.submit("decision", value="approve", status=422).text
    assert form.submit("decision", value="maybe", status=422)
    [login] = site.rows(CliDeviceAuthorization)
    assert (login.status, login.user_id) == ("pending", None)
    assert actions(site) == []


def test_what_was_taken_away_meanwhile_is_not_granted(site: Instance, people: Any) -> None:
    bob, browser = people.newcomer("bob@example.com")
    shop = project(site)
    member(site, shop, "viewer", bob)
    begun = begin(site)
    decide(browser, begun)
    with site.write() as db:
        db.query(ProjectMembership).delete()
    assert refusal(poll(site, begun.json["device_code"])) == "invalid_grant"
    assert site.count(CliAccessToken) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_case_90_20_logins_and_questions_are_limited(site: Instance, caplog: pytest.LogCaptureFixture) -> None:
    here = {"extra_environ": {"REMOTE_ADDR": "192.0.2.7"}, "status": "*"}
    post = site.browser().post_json
    assert {post(LOGINS, {}, **here).status_int for _ in range(30)} == {201}
    answer = post(LOGINS, {}, **here)
    assert (answer.status_int, answer.json["code"], answer.json["retry_after"]) == (429, "rate_limited", 60)
    assert answer.headers["Retry-After"] == "60"
    assert "cli_access.too_often rule=create count=31 limit=30 window=60 scope=ip" in caplog.text
    assert "X-RateLimit-Limit" not in answer.headers
    assert begin(site).status_int == 201
    assert {post(f"{LOGINS}/token", {}, **here).status_int for _ in range(120)} == {400}
    assert post(f"{LOGINS}/token", {}, **here).json["code"] == "rate_limited"
    keys = " ".join(site.registry.rate_limiter._counters._kept)
    assert "cli_login:create" in keys
    assert "192.0.2.7" not in keys
    site.clock.forward(seconds=60)
    assert post(LOGINS, {}, **here).status_int == 201


def test_a_code_is_typed_as_people_type(site: Instance, people: Any) -> None:
    _, browser = people.newcomer()
    begun = begin(site, client_name="<b>My</b> CLI", scope="projects:read artifacts:write")
    form = browser.get(PAGE).form
    form["user_code"] = begun.json["user_code"].lower().replace("-", " ")
    page = form.submit()
    assert "<b>My</b> CLI" in page.html.main.text
    assert "It also asks to change things: artifacts:write." in page.html.main.text
    # Looking approves nothing.
    assert site.rows(CliDeviceAuthorization)[0].status == "pending"
    form["user_code"] = "ZZZZ-ZZZZ"
    assert "There is no login with this code." in form.submit().html.main.text


def test_of_programs_that_ask_at_once_one_gets_the_token(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    project(site, ana)
    begun = begin(site)
    decide(browser, begun)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: poll(site, begun.json["device_code"]), range(6)))
    assert sorted(answer.status_int for answer in answers) == [200, *[400] * 5]
    assert {refusal(answer) for answer in answers if answer.status_int == 400} == {"invalid_grant"}
    assert site.count(CliAccessToken) == 1


def test_strangers_sign_in_first_and_come_back(site: Instance, people: Any) -> None:
    people.add("ana@example.com")
    browser = site.browser()
    begun = begin(site)
    asked = browser.get(f"{PAGE}?user_code={begun.json['user_code']}", status=302).follow()
    asked.form["user[email]"] = "ana@example.com"
    asked.form["user[password]"] = "correct horse battery"
    page = asked.form.submit(status=303).follow()
    assert begun.json["user_code"] in page.html.main.text


def test_a_login_is_decided_once(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    project(site, ana)
    begun = begin(site)
    form = question(browser, begun)
    decide(browser, begun, "deny")
    again = form.submit("decision", value="approve", status=303)
    assert again.location == f"http://localhost{PAGE}"
    assert "cannot be decided any more" in again.follow().text
    assert site.rows(CliDeviceAuthorization)[0].status == "denied"
    late = begin(site)
    form = question(browser, late)
    site.clock.now += timedelta(minutes=10)
    assert "cannot be decided any more" in form.submit("decision", value="approve", status=303).follow().text
    assert actions(site) == ["cli_login.denied"]
