"""CLI tokens: what programs are told, and what they may.

Cases of the specification's read API chapter (90) and accounts chapter (50) are named by their numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import webtest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

from factories.cli_tokens import LOGINS, bearer, begin, cli_token, poll
from factories.projects import api_key, member, project
from logister_core.accounts.models import User
from logister_core.cli_access.actors import remove_old_logins
from logister_core.cli_access.models import CliAccessToken, CliDeviceAuthorization
from logister_core.cli_access.scopes import READ_SCOPES
from logister_core.db.deadline import limit_statements, ran_out
from logister_core.projects.models import ProjectMembership
from logister_core.settings import SettingsError, load_settings
from logister_core.tasks.actors import actor_name
from support.instance import Instance
from support.openapi import assert_as_documented, document_of

SESSION = "/api/v1/cli/session"
CAPABILITIES = "/api/v1/cli/capabilities"
ADDRESS = "192.0.2.7"


def session(site: Instance, token: str, address: str = ADDRESS) -> webtest.TestResponse:
    return site.browser().get(SESSION, headers=bearer(token), extra_environ={"REMOTE_ADDR": address}, status="*")


def stored(site: Instance) -> CliAccessToken:
    [found] = site.rows(CliAccessToken)
    return found


def change(site: Instance, **values: Any) -> None:
    with site.write() as db:
        token = db.get(CliAccessToken, stored(site).id)
        for name, value in values.items():
            setattr(token, name, value)


@contextmanager
def statements(site: Instance) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        found.append(statement)

    event.listen(site.registry.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(site.registry.engine, "before_cursor_execute", note)


def test_case_90_01_nothing_but_a_cli_token_is_good(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    key, token = api_key(site, project(site, ana)), cli_token(site, ana)
    refused = [
        {},
        bearer(key),
        {"X-Api-Key": token},
        {"Authorization": f"bearer {token}"},
        {"Authorization": token},
        bearer(""),
        bearer(f"{token}0"),
    ]
    for headers in refused:
        answer = browser.get(SESSION, headers=headers, status=401)
        assert answer.json["code"] == "unauthorized"
        assert answer.json["error"] == "Unauthorized"
        assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get(SESSION, headers={"Authorization": f"Bearer   {token} "}).status_int == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_case_90_03_who_asks_too_often_is_refused_before_the_token_is_looked_at(make_site: Any) -> None:
    site = make_site(LOGISTER_CLI_PRE_AUTH_RATE_LIMIT_REQUESTS="1")
    first = session(site, "wrong")
    assert (first.status_int, first.headers["X-RateLimit-Remaining"]) == (401, "0")
    with statements(site) as asked:
        second = session(site, "wrong")
    assert asked == []
    assert (second.status_int, second.json["code"]) == (429, "rate_limited")
    assert int(second.headers["Retry-After"]) == second.json["retry_after"] > 0
    assert session(site, "wrong", "192.0.2.8").status_int == 401
    keys = " ".join(site.registry.rate_limiter._counters._kept)
    assert "cli_pre_auth" in keys
    assert [secret for secret in ("wrong", ADDRESS) if secret in keys] == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_case_90_04_a_token_has_its_own_limit(make_site: Any) -> None:
    site = make_site(LOGISTER_CLI_READ_RATE_LIMIT_REQUESTS="1", LOGISTER_CLI_READ_RATE_LIMIT_PERIOD_SECONDS="30")
    ana = site.user()
    token = cli_token(site, ana)
    first = session(site, token)
    assert first.status_int == 200
    change(site, last_used_at=None)
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("1", "0")
    second = session(site, token)
    assert (second.status_int, second.headers["Retry-After"]) == (429, str(second.json["retry_after"]))
    assert int(second.headers["X-RateLimit-Reset"]) == site.clock().timestamp() + second.json["retry_after"]
    assert second.headers["Cache-Control"] == "no-store"
    # Being refused is no use.
    assert stored(site).last_used_at is None
    assert session(site, cli_token(site, ana)).status_int == 200
    site.clock.forward(seconds=30)
    assert session(site, token).status_int == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_case_90_05_without_counters_everybody_goes_on(make_site: Any) -> None:
    site = make_site(REDIS_RATE_LIMIT_URL="redis://127.0.0.1:9/0", LOGISTER_CLI_READ_RATE_LIMIT_REQUESTS="1")
    token = cli_token(site, site.user())
    for _ in range(2):
        answer = session(site, token)
        assert answer.status_int == 200
        assert "X-RateLimit-Limit" not in answer.headers
    assert session(site, "wrong").status_int == 401
    begin(site)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_case_90_06_what_takes_too_long_is_stopped(make_site: Any) -> None:
    site = make_site(LOGISTER_CLI_POSTGRES_STATEMENT_TIMEOUT_MS="100", DB_POOL="1")
    token = cli_token(site, site.user())
    with site.registry.engine.connect() as usual:
        before = usual.execute(text("SHOW statement_timeout")).scalar_one()
    with other(site) as locked:
        locked.execute(text("LOCK TABLE projects IN ACCESS EXCLUSIVE MODE"))
        answer = session(site, token)
    assert (answer.status_int, answer.json["code"]) == (503, "query_timeout")
    assert answer.json["error"] == "Query unavailable"
    assert [word for word in ("SELECT", "projects", "psycopg", "statement") if word in answer.text] == []
    with site.registry.engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == before
    assert session(site, token).status_int == 200
    with site.registry.engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == before


@contextmanager
def other(site: Instance) -> Iterator[Any]:
    """A connection that is not of the pool, in a transaction."""
    engine = create_engine(site.settings.database.url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {}) SELECT max(x) FROM n"


def test_case_90_06_a_limit_ends_with_its_transaction(site: Instance) -> None:
    with site.read() as db:
        limit_statements(db, 100)
        with pytest.raises(OperationalError) as stopped:
            db.execute(text(ENDLESS.format(10**9)))
    assert ran_out(stopped.value)
    with site.read() as db:
        # A tenth of a second would not do for these.
        assert db.scalar(text(ENDLESS.format(10**6))) == 10**6


@pytest.mark.parametrize("stated", ["abc", "50"])
def test_case_90_07_a_timeout_that_makes_no_sense_is_an_error_at_start(stated: str) -> None:
    """Ours, like every setting; the reference takes its default."""
    with pytest.raises(SettingsError, match="LOGISTER_CLI_POSTGRES_STATEMENT_TIMEOUT_MS"):
        load_settings({}, {"LOGISTER_CLI_POSTGRES_STATEMENT_TIMEOUT_MS": stated})


def test_case_90_09_tokens_that_ended_are_like_those_that_never_were(site: Instance) -> None:
    token = cli_token(site, site.user())
    never = session(site, "logister_cli_" + "0" * 64).json
    site.clock.forward(days=30)
    assert (session(site, token).status_int, session(site, token).json) == (401, never)
    change(site, expires_at=site.clock() + timedelta(days=1))
    assert session(site, token).status_int == 200
    change(site, revoked_at=site.clock())
    assert (session(site, token).status_int, session(site, token).json) == (401, never)


def test_case_90_10_the_last_use_is_written_every_five_minutes(site: Instance) -> None:
    token = cli_token(site, site.user())
    first = site.clock()
    assert session(site, token).json["token"].get("last_used_at") is None
    assert stored(site).last_used_at == first
    site.clock.forward(minutes=1)
    told = session(site, token).json["token"]["last_used_at"]
    assert told == first.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert stored(site).last_used_at == first
    later = site.clock.forward(minutes=5)
    session(site, token)
    assert stored(site).last_used_at == later


def test_case_90_12_a_token_reaches_what_its_user_reaches_now(site: Instance, people: Any) -> None:
    ana, bob = people.add("ana@example.com"), people.add("bob@example.com")
    mine, old = project(site, ana, created_at=site.clock()), project(site, ana, archived_at=site.clock())
    theirs = project(site, bob, created_at=site.clock() - timedelta(days=9))
    member(site, theirs, "viewer", ana)
    every, chosen = cli_token(site, ana), cli_token(site, ana, theirs, mine)
    project(site, bob)

    def reached(token: str) -> list[str]:
        told = session(site, token).json
        assert told["accessible_project_count"] == len(told["accessible_project_uuids"])
        assert told["accessible_projects_truncated"] is False
        return list(told["accessible_project_uuids"])

    assert reached(every) == [str(each.uuid) for each in (theirs, mine, old)]
    assert reached(chosen) == [str(each.uuid) for each in (theirs, mine)]
    with site.write() as db:
        db.query(ProjectMembership).delete()
    assert reached(every) == [str(each.uuid) for each in (mine, old)]
    assert reached(chosen) == [str(mine.uuid)]
    later = project(site, ana, created_at=site.clock() + timedelta(days=1))
    assert reached(every)[-1] == str(later.uuid)
    assert reached(chosen) == [str(mine.uuid)]


def test_a_long_list_of_projects_is_cut(site: Instance) -> None:
    ana = site.user()
    for number in range(101):
        project(site, ana, name=f"Shop {number}")
    told = session(site, cli_token(site, ana)).json
    assert told["accessible_project_count"] == 101
    assert (len(told["accessible_project_uuids"]), told["accessible_projects_truncated"]) == (100, True)


def test_case_90_15_a_session_tells_which_permissions_are_new(site: Instance) -> None:
    token = cli_token(site, site.user(), scopes=list(READ_SCOPES[:5]), name="Old CLI device login")
    told = session(site, token).json
    assert told["missing_recommended_scopes"] == [
        f"{what}:read" for what in ("traces", "monitors", "deployments", "insights", "metrics")
    ]
    row = stored(site)
    assert told["token"] == {
        "uuid": str(row.uuid),
        "name": "Old CLI device login",
        "scopes": list(READ_SCOPES[:5]),
        "created_at": "2026-11-20T12:00:00.000000Z",
        "expires_at": "2026-12-20T12:00:00.000000Z",
        "all_projects": True,
    }
    assert told["generated_at"] == "2026-11-20T12:00:00.000000Z"
    assert row.token_digest not in str(told)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_capabilities_tell_everybody_what_is_built(make_site: Any) -> None:
    site = make_site(LOGISTER_RELEASE="v2.1.0", LOGISTER_CLI_MINIMUM_VERSION="1.0.0")
    answer = site.browser().get(CAPABILITIES)
    told, document = answer.json, site.browser().get("/api/v1/openapi.json")
    assert (told["server"], told["server_version"], told["minimum_cli_version"]) == ("logister", "2.1.0", "1.0.0")
    assert told["recommended_cli_version"] == "0.1.2"
    assert told["api_contract_version"] == document.json["info"]["version"]
    assert told["api_contract_sha256"] == hashlib.sha256(document.body).hexdigest()
    assert told["generated_at"] == "2026-11-20T12:00:00Z"
    assert told["auth"]["recommended_scopes"] == list(READ_SCOPES)
    built = {name for name, there in told["features"].items() if there}
    assert built == {"capabilities", "cli_access_tokens", "device_authorization"}
    assert len(told["features"]) == 16
    for path in told["endpoints"].values():
        assert site.browser().get(path, status="*").status_int in (200, 401, 404)
    assert "X-RateLimit-Limit" not in answer.headers


def test_answers_are_as_the_document_says(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    document = document_of(site)

    def documented(answer: webtest.TestResponse) -> None:
        assert_as_documented(document, answer.request.path, answer)

    documented(site.browser().get(CAPABILITIES))
    documented(session(site, cli_token(site, ana, people.project(ana), last_used_at=site.clock())))
    documented(session(site, "wrong"))
    begun = begin(site)
    for answer in (begun, begin(site, 422, scope="admin:all"), poll(site, "?"), poll(site, begun.json["device_code"])):
        documented(answer)
    form = browser.get(f"/cli/device?user_code={begun.json['user_code']}").form
    form.submit("decision", value="approve", status=303)
    documented(poll(site, begun.json["device_code"]))
    for body in (b"{", b" " * 20_000):
        documented(site.browser().post(LOGINS, body, content_type="application/json", status="*"))
    documented(begin_often(site))


def begin_often(site: Instance) -> webtest.TestResponse:
    for _ in range(30):
        answer = site.browser().post_json(LOGINS, {}, status="*")
    return answer


def test_old_logins_are_removed_every_night(site: Instance) -> None:
    begin(site)
    site.clock.forward(days=1, minutes=9)
    run = site.registry.actors[actor_name(remove_old_logins)].fn
    run()
    assert site.count(CliDeviceAuthorization) == 1
    site.clock.forward(minutes=2)
    run()
    assert site.count(CliDeviceAuthorization) == 0


def test_whoever_is_deleted_leaves_no_token(site: Instance) -> None:
    ana, bob = site.user(), site.user()
    token = cli_token(site, ana)
    cli_token(site, bob)
    with site.write() as db:
        db.query(User).filter_by(id=ana.id).delete()
    assert [row.user_id for row in site.rows(CliAccessToken)] == [bob.id]
    assert session(site, token).status_int == 401
