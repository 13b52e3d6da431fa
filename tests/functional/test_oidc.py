"""Single sign-on, with a provider that is right, wrong, or somebody else's."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import KeySet, OctKey, RSAKey

from functional.conftest import PASSWORD
from logister_core import plugins
from logister_core.accounts.models import User, UserSession
from logister_core.app import configure
from logister_core.audit.models import AuditEntry
from logister_core.oidc.models import OIDCIdentity
from logister_core.projects.models import ProjectMembership
from logister_core.second_factors.models import AuthenticatorApp
from logister_core.settings import SettingsError
from support.openid import CLIENT, SECRET, openid
from support.races import written_between

BEGIN, SIGN_IN = "/users/sign_in/oidc", "/users/sign_in"


BOTH = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])


@pytest.fixture
def database_kind():
    """Most of it is between the provider and us."""
    return "sqlite"


@pytest.fixture
def provider():
    with openid() as found:
        yield found


@pytest.fixture
def make(make_site, provider):
    def make(**variables):
        values = {
            "LOGISTER_OIDC_ISSUER": provider.issuer,
            "LOGISTER_OIDC_CLIENT_ID": CLIENT,
            "LOGISTER_OIDC_CLIENT_SECRET": SECRET,
            "LOGISTER_OIDC_NAME": "Acme",
        }
        return make_site(**values | variables)

    return make


@pytest.fixture
def site(make):
    return make()


def path(answer):
    return (answer.location or "").removeprefix("http://localhost:6543").removeprefix("http://localhost")


def go(provider, browser, target=""):
    """To the provider, where the person signs in, and back; the answer of the address they come back to."""
    away = browser.get(BEGIN + target)
    return browser.get(path_and_query(provider.agree(away.location)), status="*")


def path_and_query(address):
    return address.removeprefix("http://localhost:6543")


def signed_in(browser):
    return browser.get("/projects").status_int == 200


def refused(answer, words):
    assert path(answer) == SIGN_IN
    assert words in answer.follow().text


@BOTH
def test_a_newcomer_gets_an_account_and_next_time_the_same(site, provider):
    browser = site.browser()
    assert "Sign in with Acme" in browser.get(SIGN_IN).text
    assert path(go(provider, browser)) == "/"
    assert signed_in(browser)
    [user] = site.rows(User)
    assert (user.email, user.name, user.confirmed_at is not None) == ("ana@example.com", "Ana", True)
    # The provider's name for the person counts from now on, not the address.
    provider.signs_in(email="ana@elsewhere.example")
    assert path(go(provider, site.browser(), "?next=/projects/new")) == "/projects/new"
    assert (site.count(User), site.count(UserSession), site.rows(User)[0].email) == (1, 2, "ana@example.com")
    actions = [(entry.action, entry.details.get("method")) for entry in site.rows(AuditEntry)]
    assert actions == [("account.created", None), *[("account.signed_in", "single sign-on")] * 2]


def test_coming_back_signs_in_although_another_transaction_commits_meanwhile(site, provider):
    browser = site.browser()
    back = path_and_query(provider.agree(browser.get(BEGIN).location))
    with written_between(site):
        assert path(browser.get(back)) == "/"
    assert signed_in(browser)


def test_what_is_asked_of_the_provider_can_be_used_by_nobody_else(site, provider):
    asked = dict(parse_qsl(urlsplit(site.browser().get(BEGIN).location).query))
    assert asked["scope"] == "openid email profile"
    assert asked["redirect_uri"] == "http://localhost:6543/users/sign_in/oidc/callback"
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert SECRET not in str(asked)


def test_an_account_with_the_verified_address_is_linked(site, provider, people_of):
    user = people_of(site).add("ana@example.com", name="Ana of old")
    browser = site.browser()
    go(provider, browser)
    assert signed_in(browser)
    assert [found.name for found in site.rows(User)] == ["Ana of old"]
    assert site.rows(OIDCIdentity)[0].user_id == user.id
    # The password goes on working.
    assert path(people_of(site).sign_in(site.browser(), user.email)) == "/"


@pytest.mark.parametrize("verified", [False, None, "false", 0, "yes"])
def test_an_address_that_is_not_verified_finds_and_makes_nobody(site, provider, people_of, verified):
    people_of(site).add("ana@example.com")
    for email in ("ana@example.com", "new@example.com"):
        provider.signs_in(email=email, email_verified=verified)
        provider.info = {**provider.person}
        browser = site.browser()
        refused(go(provider, browser), "has not verified your e-mail address")
        assert not signed_in(browser)
    assert (site.count(User), site.count(OIDCIdentity)) == (1, 0)


def test_an_account_that_a_stranger_prepared_with_the_address_is_theirs_no_more(site, provider, people_of):
    people = people_of(site)
    mallory = people.browser_of(people.add("ana@example.com", confirmed_at=None))
    assert signed_in(mallory)
    browser = site.browser()
    go(provider, browser)
    assert signed_in(browser)
    assert not signed_in(mallory)
    assert people.sign_in(site.browser(), "ana@example.com", PASSWORD).status_int == 422


def test_where_accounts_are_not_made_strangers_are_told_so(make, provider, people_of):
    site = make(LOGISTER_OIDC_SIGN_UP="no")
    refused(go(provider, site.browser()), "Ask for an invitation")
    assert site.count(User) == 0
    people_of(site).add("ana@example.com")
    assert path(go(provider, site.browser())) == "/"


def test_a_second_factor_set_up_here_is_asked_for_as_well(site, provider, people_of):
    user = people_of(site).add("ana@example.com")
    now = site.clock()
    with site.write() as db:
        db.add(AuthenticatorApp(user_id=user.id, sealed_secret="x", created_at=now, confirmed_at=now))
    browser = site.browser()
    assert path(go(provider, browser)) == "/users/second_step"
    assert not signed_in(browser)


def test_who_comes_back_in_another_browser_or_again_is_not_signed_in(site, provider):
    mine, other = site.browser(), site.browser()
    back = path_and_query(provider.agree(mine.get(BEGIN).location))
    # Somebody who was sent this link would end up in an account that is not theirs.
    refused(other.get(back), "began in another browser")
    other.get(BEGIN)
    refused(other.get(back), "began in another browser")
    refused(mine.get(back.replace("state=", "state=x")), "began in another browser")
    assert path(mine.get(back)) == "/"
    refused(other.get(back), "began in another browser")
    late = site.browser()
    back = path_and_query(provider.agree(late.get(BEGIN).location))
    site.clock.forward(minutes=10)
    refused(late.get(back), "took too long")


def test_a_session_planted_before_is_not_shared_afterwards(site, provider):
    victim, attacker = site.browser(), site.browser()
    for browser in (victim, attacker):
        browser.set_cookie("logister_session", "planted")
    go(provider, victim)
    assert (signed_in(victim), signed_in(attacker)) == (True, False)


def test_a_target_on_another_site_is_forgotten(site, provider):
    assert path(go(provider, site.browser(), "?next=//evil.example")) == "/"
    assert path(go(provider, site.browser(), "?next=https://evil.example")) == "/"


def test_who_turns_back_at_the_provider_is_told_so(site, provider):
    browser = site.browser()
    asked = dict(parse_qsl(urlsplit(browser.get(BEGIN).location).query))
    answer = browser.get(f"{BEGIN}/callback?error=access_denied&error_description=<b>&state={asked['state']}")
    refused(answer, "Acme did not sign you in.")
    assert "<b>" not in answer.follow().text


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"azp": "another client"},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
    ],
)
def test_a_token_has_to_be_right_in_every_respect(site, provider, wrong, caplog):
    provider.claims = wrong
    browser = site.browser()
    refused(go(provider, browser), "Acme does not answer as it should")
    assert not signed_in(browser)
    assert site.count(User) == 0
    assert "oidc.refused" in caplog.text
    assert "ana@example.com" not in caplog.text


def test_a_token_signed_by_somebody_else_is_refused(site, provider):
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    for key, header in (
        (stranger, {}),
        (OctKey.import_key(SECRET, {"kid": "one"}), {"alg": "HS256"}),
        (OctKey.import_key(SECRET, {"kid": "one"}), {"alg": "none"}),
    ):
        provider.signing, provider.header = key, header
        refused(go(provider, site.browser()), "does not answer as it should")
    assert site.count(User) == 0


def test_new_keys_of_the_provider_are_found(site, provider):
    assert path(go(provider, site.browser())) == "/"
    provider.keys = KeySet([RSAKey.generate_key(2048, {"kid": "two"})])
    assert path(go(provider, site.browser())) == "/"
    assert provider.asked.count("/jwks") == 2


def test_address_and_groups_may_come_from_the_provider_when_asked(make, provider):
    site = make(LOGISTER_OIDC_ADMIN_GROUPS="operators")
    provider.info = {"sub": "1", "email": "ana@example.com", "email_verified": True, "groups": ["operators"]}
    provider.person = {"sub": "1"}
    assert path(go(provider, site.browser())) == "/"
    assert site.rows(User)[0].application_admin
    provider.info["sub"] = "2"
    refused(go(provider, site.browser()), "does not answer as it should")


def test_a_provider_that_is_away_or_somebody_else_leads_back_to_the_form(site, provider):
    for failing in ("/.well-known/openid-configuration", "/jwks"):
        provider.failing = {failing}
        refused(site.browser().get(BEGIN), "Acme does not answer as it should")
    provider.failing = {"/token"}
    refused(go(provider, site.browser()), "Acme does not answer as it should")
    provider.failing = set()
    browser = site.browser()
    back = path_and_query(provider.agree(browser.get(BEGIN).location))
    refused(browser.get(back.replace("iss=http", "iss=https")), "Acme does not answer as it should")


def test_a_provider_that_calls_itself_otherwise_is_not_believed(make, provider):
    site = make(LOGISTER_OIDC_ISSUER=f"{provider.issuer}/")
    assert path(go(provider, site.browser())) == "/"
    provider.document = lambda: {"issuer": "https://evil.example"}
    refused(make().browser().get(BEGIN), "Acme does not answer as it should")


@BOTH
def test_groups_give_roles_at_each_sign_in_and_take_back_what_they_gave(make, provider, people_of):
    site = make(
        LOGISTER_OIDC_ADMIN_GROUPS="operators",
        LOGISTER_OIDC_PROJECT_ROLES="Dev team=shop:viewer, leads=shop:admin, Dev team=blog:viewer, leads=twice:admin",
    )
    people = people_of(site)
    owner = people.add("owner@example.com")
    shop, blog = people.project(owner, "Shop"), people.project(owner, "Blog")
    people.project(owner, "Twice")
    people.project(people.add("mallory@example.com"), "Twice")
    ana = people.add("ana@example.com")
    # By hand, which no group takes away.
    people.join(blog, ana, "admin")

    def roles(*groups):
        provider.signs_in(groups=list(groups))
        go(provider, site.browser())
        found = {row.project_id: row.role for row in site.rows(ProjectMembership)}
        return found.get(shop.id), found.get(blog.id), len(found), site.rows(User)[-1].application_admin

    assert roles("Dev team") == ("viewer", "admin", 2, False)
    assert roles("Dev team", "leads", "operators") == ("admin", "admin", 2, True)
    assert roles("Dev team", "operators") == ("viewer", "admin", 2, True)
    assert roles() == (None, "admin", 1, False)
    assert [entry.action for entry in site.rows(AuditEntry) if entry.action.startswith("member")] == [
        "member.added",
        "member.role_changed",
        "member.role_changed",
        "member.removed",
    ]


def test_an_administrator_made_by_hand_stays_one_without_the_group(make, provider, people_of):
    site = make(LOGISTER_OIDC_ADMIN_GROUPS="operators")
    people_of(site).add("ana@example.com", application_admin=True)
    go(provider, site.browser())
    assert site.rows(User)[0].application_admin


def test_beginnings_are_limited(site, provider):
    answers = [site.browser().get(BEGIN) for _ in range(31)]
    refused(answers[-1], "That was too often")
    assert path(answers[-2]) != SIGN_IN


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "LOGISTER_OIDC_CLIENT_ID is not set"),
        ({"LOGISTER_OIDC_ISSUER": "http://id.example.com"}, "LOGISTER_OIDC_ISSUER is an http address"),
        ({"LOGISTER_OIDC_SCOPES": "openid"}, "LOGISTER_OIDC_SCOPES lacks"),
        ({"LOGISTER_OIDC_PROJECT_ROLES": "dev=shop:owner"}, "LOGISTER_OIDC_PROJECT_ROLES is"),
        ({"LOGISTER_OIDC_PROJECT_ROLES": "dev"}, "LOGISTER_OIDC_PROJECT_ROLES is"),
    ],
)
def test_settings_that_make_no_sense_are_an_error_at_start(tmp_path, variables, sentence):
    base = {"LOGISTER_ENV": "test", "LOGISTER_HOME": str(tmp_path), "LOGISTER_OIDC_ISSUER": "https://id.example.com"}
    with pytest.raises(SettingsError, match=sentence):
        plugins.load({}, base | variables)


def test_without_the_library_it_does_not_start(tmp_path, monkeypatch):
    variables = {"LOGISTER_OIDC_ISSUER": "https://id.example.com", "LOGISTER_OIDC_CLIENT_ID": "x"}
    base = {"LOGISTER_ENV": "test", "LOGISTER_HOME": str(tmp_path), "LOGISTER_SECRET_KEY": "x" * 32}
    settings, active = plugins.load({}, base | variables)
    monkeypatch.setattr("logister_core.oidc.provider.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'logister\[oidc\]'"):
        configure(settings, active)


def test_without_settings_there_is_no_trace_of_it(make_site):
    site = make_site()
    assert "oidc" not in site.browser().get(SIGN_IN).text
    assert site.browser().get(BEGIN, status="*").status_int == 404


def test_secrets_and_codes_are_in_no_log(site, provider, caplog):
    browser = site.browser()
    away = browser.get(BEGIN).location
    back = provider.agree(away)
    browser.get(path_and_query(back))
    asked = dict(parse_qsl(urlsplit(back).query))
    assert asked["code"] not in caplog.text
    assert asked["state"] not in caplog.text
    assert SECRET not in caplog.text
