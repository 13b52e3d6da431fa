"""The CLI sessions of the profile (specification, accounts chapter §13; case 36 is named by its number)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import webtest

from factories.cli_tokens import bearer, cli_token
from functional.conftest import csrf
from logister_core.audit.models import AuditEntry
from logister_core.cli_access.models import CliAccessToken
from support.instance import Instance

TOKENS = "/profile/cli-access-tokens"


def section(browser: webtest.TestApp) -> Any:
    return browser.get("/profile").html.find("section", {"aria-labelledby": "cli-sessions"})


def rows(browser: webtest.TestApp) -> list[list[str]]:
    """Names in each of the tables."""
    return [[row.th.contents[0].strip() for row in table.tbody.find_all("tr")] for table in section(browser)("table")]


def told(answer: webtest.TestResponse) -> str:
    """What the next page says after the redirect to the section."""
    assert answer.status_int == 303
    assert answer.location == "http://localhost/profile#cli-sessions"
    return str(answer.follow().html.find(class_="flashes").text)


def test_case_50_36_the_profile_shows_what_fits(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    now = site.clock()
    for number in range(27):
        cli_token(site, ana, name=f"active {number}", created_at=now - timedelta(minutes=number))
    for number in range(6):
        cli_token(site, ana, name=f"revoked {number}", revoked_at=now - timedelta(days=2 * number + 1))
        cli_token(site, ana, name=f"expired {number}", expires_at=now - timedelta(days=2 * number + 2))
    cli_token(site, ana, name="long ago", expires_at=now - timedelta(days=31))
    cli_token(site, ana, name="long revoked", revoked_at=now - timedelta(days=31), expires_at=now - timedelta(days=1))
    foreign = site.user()
    cli_token(site, foreign, name="foreign")

    active, ended = rows(browser)
    assert active == [f"active {number}" for number in range(25)]
    assert ended == [f"{how} {number}" for number in range(5) for how in ("revoked", "expired")]
    text = section(browser).text
    assert "These are the newest 25; there are more." in text
    assert "These 10 ended last; there are more" in text
    page = browser.get("/profile").text
    assert [token.name for token in site.rows(CliAccessToken) if token.token_digest in page] == []

    header = {"X-CSRF-Token": csrf(browser)}
    other = next(token for token in site.rows(CliAccessToken) if token.user_id == foreign.id)
    for uuid in (other.uuid, uuid4(), "7"):
        assert browser.delete(f"{TOKENS}/{uuid}", headers=header, status=404)
        assert browser.post(f"{TOKENS}/{uuid}/revoke", headers=header, status=404)
    assert site.rows(CliAccessToken)[-1].revoked_at is None


def test_a_few_need_no_hint(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    assert "No program is signed in." in section(browser).text
    shop = people.project(ana)
    cli_token(site, ana, shop, name="laptop")
    cli_token(site, ana, name="server", last_used_at=site.clock() - timedelta(hours=2), revoked_at=site.clock())
    text = " ".join(section(browser).text.split())
    for part in ("laptop", "10 permissions", "selected projects", "never used", "all accessible projects", "2 h"):
        assert part in text
    assert "there are more" not in text


def test_one_is_revoked_once(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    plain = cli_token(site, ana, name="laptop")
    [token] = site.rows(CliAccessToken)
    form = next(form for form in browser.get("/profile").forms.values() if form.action.endswith(f"{token.uuid}/revoke"))
    assert "laptop is signed out." in told(form.submit())
    revoked = site.clock()
    assert site.browser().get("/api/v1/cli/session", headers=bearer(plain), status=401)
    site.clock.forward(hours=1)
    again = browser.delete(f"{TOKENS}/{token.uuid}", headers={"X-CSRF-Token": csrf(browser)})
    assert "was signed out already" in told(again)
    assert site.rows(CliAccessToken)[0].revoked_at == revoked
    assert [entry.action for entry in site.rows(AuditEntry)] == ["cli_token.revoked"]


def test_all_are_revoked_also_those_that_are_not_shown(site: Instance, people: Any) -> None:
    ana, browser = people.newcomer()
    ended = site.clock() - timedelta(days=3)
    for _ in range(26):
        cli_token(site, ana)
    cli_token(site, ana, expires_at=ended)
    cli_token(site, ana, revoked_at=ended)
    cli_token(site, site.user())
    form = next(form for form in browser.get("/profile").forms.values() if form.action == f"{TOKENS}/revoke")
    assert "26 CLI sessions signed out." in told(form.submit())
    tokens = site.rows(CliAccessToken)
    assert [token.revoked_at for token in tokens[:26]] == [site.clock()] * 26
    assert [token.revoked_at for token in tokens[26:]] == [None, ended, None]
    none = browser.delete(TOKENS, headers={"X-CSRF-Token": csrf(browser)})
    assert "0 CLI sessions signed out." in told(none)
    assert [entry.action for entry in site.rows(AuditEntry)] == ["cli_token.all_revoked"]
