"""Turnstile on the forms, against a server that verifies as Cloudflare does (specification, accounts §7)."""

from __future__ import annotations

import logging
import time

import pytest

import logister_plugins.turnstile as turnstile
from logister_core import plugins
from logister_core.accounts.models import User, UserSession
from logister_core.administration.installation.catalogue import catalogue
from logister_core.administration.installation.sections import Examination
from logister_core.settings import SettingsError
from logister_core.testing import PluginContract
from logister_plugins.turnstile import guard, verification
from support.siteverify import (
    DUMMY_SECRET_KEY,
    DUMMY_SITE_KEY,
    DUMMY_TOKEN,
    SECRET_KEY,
    SITE_KEY,
    siteverify,
)
from support.upstream import Reply

KEYS = {"LOGISTER_TURNSTILE_SITE_KEY": SITE_KEY, "LOGISTER_TURNSTILE_SECRET_KEY": SECRET_KEY}
ORIGIN = "https://challenges.cloudflare.com"
FORMS = [
    ("sign_in", "/users/sign_in", "/users/sign_in"),
    ("sign_up", "/users/sign_up", "/users"),
    ("password", "/users/password/new", "/users/password"),
    ("confirmation", "/users/confirmation/new", "/users/confirmation"),
]
DISTURBANCES = {
    "an error of the server": Reply(500, b"error code: 1105"),
    "an error with a verdict": Reply(500, b'{"success": true}'),
    "a page instead of a verdict": Reply(200, b"<html>Just a moment...</html>"),
    "no object": Reply(200, b"[true]"),
    "nothing": Reply(200),
    "a way elsewhere": Reply(302, headers={"Location": "/elsewhere"}),
    "too much": Reply(200, b'{"success": true, "more": "' + b"x" * 100_000 + b'"}'),
}


@pytest.fixture
def cloudflare():
    with siteverify() as there:
        yield there


@pytest.fixture
def make(make_site, cloudflare):
    def make(**environ):
        switches = {"LOGISTER_TURNSTILE_ENABLED": "true", "LOGISTER_TURNSTILE_VERIFY_URL": cloudflare.url}
        return make_site(**switches | KEYS | environ)

    return make


@pytest.fixture
def guarded(make):
    return make()


@pytest.fixture
def enter(guarded, people_of):
    """Sign in with the right password and a token; tells whether that was allowed, and the sentence when not."""
    people_of(guarded).add()
    return lambda token=None, site=guarded: sign_in(site, token)


def sign_in(site, token, **headers):
    browser = site.browser()
    fields = dict(browser.get("/users/sign_in").form.submit_fields())
    fields |= {"user[email]": "ana@example.com", "user[password]": "correct horse battery"}
    if token is not None:
        fields["cf-turnstile-response"] = token
    answer = browser.post("/users/sign_in", fields, headers=headers)
    if answer.status_int == 303:
        return True, None
    assert (answer.status_int, answer.location) == (302, "http://localhost/users/sign_in")
    assert site.count(UserSession) == 0
    return False, answer.follow().html.select_one(".flash-text").text.strip()


class TestContract(PluginContract):
    @pytest.fixture
    def plugin(self):
        return turnstile

    @pytest.fixture
    def environ(self):
        return KEYS


def test_the_form_shows_the_widget_and_its_page_alone_may_load_it(guarded):
    answer = guarded.browser().get("/users/sign_in")
    widget = answer.html.select_one("form .cf-turnstile")
    assert (widget["data-sitekey"], widget["data-action"]) == (SITE_KEY, "sign_in")
    [script] = answer.html.select(f'script[src^="{ORIGIN}"]')
    assert (script["src"], "async" in script.attrs) == (f"{ORIGIN}/turnstile/v0/api.js", True)
    assert SECRET_KEY not in answer.text
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert f"script-src 'self' {ORIGIN}" in policy
    assert f"frame-src {ORIGIN}" in policy
    assert ORIGIN not in guarded.browser().get("/setup", status="*").headers["Content-Security-Policy"]


@pytest.mark.parametrize(("form", "page", "address"), FORMS)
def test_each_form_has_a_widget_of_its_own_and_wants_an_answer_of_it(guarded, cloudflare, form, page, address):
    browser = guarded.browser()
    answer = browser.get(page)
    assert answer.html.select_one("form .cf-turnstile")["data-action"] == form
    assert f"frame-src {ORIGIN}" in answer.headers["Content-Security-Policy"]
    fields = dict(answer.form.submit_fields()) | {"user[email]": "ana@example.com"}
    back = browser.post(address, fields)
    assert (back.status_int, back.location) == (302, f"http://localhost{page}")
    assert guard.MISSING in back.follow().text
    other = next(name for name, _, _ in FORMS if name != form)
    refused = browser.post(address, fields | {"cf-turnstile-response": cloudflare.solved(other)})
    assert (refused.status_int, refused.location) == (302, f"http://localhost{page}")
    passed = browser.post(address, fields | {"cf-turnstile-response": cloudflare.solved(form)}, status="*")
    # Passed means judged by the form itself: 422 for what is wrong with it, 303 for mails that are on their way.
    assert passed.status_int in (303, 422)


def test_case_50_05_while_the_verifier_says_nothing_nobody_gets_an_account(guarded, cloudflare, monkeypatch):
    assert verification.PATIENCE == 3.0
    monkeypatch.setattr(verification, "PATIENCE", 0.2)
    cloudflare.disturbance = Reply(silent=True)
    browser = guarded.browser()
    fields = dict(browser.get("/users/sign_up").form.submit_fields()) | {
        "user[email]": "ana@example.com",
        "user[password]": "correct horse battery",
        "user[password_confirmation]": "correct horse battery",
    }
    for _ in range(3):
        answer = browser.post("/users", fields | {"cf-turnstile-response": cloudflare.solved("sign_up")})
        assert (answer.status_int, answer.location) == (302, "http://localhost/users/sign_up")
        page = answer.follow()
        assert guard.UNREACHABLE in page.text
        assert page.form["user[email]"].value == ""
    assert guarded.count(User) == 0
    # Every one of them counted: three for an address in an hour.
    answer = browser.post("/users", fields, status=429)
    assert answer.headers["Retry-After"] == "3600"
    assert len(cloudflare.server.asked) == 3


def test_a_solved_challenge_lets_the_form_through(guarded, enter, cloudflare):
    token = cloudflare.solved()
    assert enter(token) == (True, None)
    assert cloudflare.questions == [{"secret": SECRET_KEY, "response": token}]


def test_the_address_of_the_visitor_is_told_when_it_is_known(guarded, cloudflare, people_of):
    people_of(guarded).add()
    browser = guarded.browser()
    browser.extra_environ["REMOTE_ADDR"] = "203.0.113.7"
    fields = dict(browser.get("/users/sign_in").form.submit_fields()) | {"cf-turnstile-response": "0.abc"}
    browser.post("/users/sign_in", fields)
    assert cloudflare.questions[0]["remoteip"] == "203.0.113.7"


@pytest.mark.parametrize("token", [None, "", "x" * 2049, "tokén", "tok\nen"])
def test_without_a_token_or_with_none_that_can_be_one_nobody_is_asked(enter, cloudflare, token):
    allowed, sentence = enter(token)
    assert not allowed
    assert sentence == (guard.REFUSED if token else guard.MISSING)
    assert cloudflare.questions == []


def test_a_file_in_place_of_a_token_is_refused(guarded, cloudflare):
    browser = guarded.browser()
    csrf = browser.get("/users/sign_in").form["csrf_token"].value
    files = [("cf-turnstile-response", "token.txt", b"0.abc")]
    browser.post("/users/sign_in", {"csrf_token": csrf}, upload_files=files, status=400)
    assert cloudflare.questions == []


def test_what_cloudflare_does_not_know_is_refused_and_the_log_says_why(enter, caplog):
    caplog.set_level(logging.INFO, "logister_plugins.turnstile")
    assert enter("0.made-up-by-a-robot") == (False, guard.REFUSED)
    [line] = lines(caplog)
    assert line.startswith("turnstile.refused reason=invalid-input-response form=sign_in ip=unknown")
    assert "made-up-by-a-robot" not in caplog.text


def test_a_replay_is_refused_by_cloudflare(guarded, people_of, cloudflare):
    people_of(guarded).add()
    token = cloudflare.solved()
    fields = {"cf-turnstile-response": token}
    assert send(guarded, fields).status_int == 422
    # After the five minutes for which it is remembered here.
    guarded.clock.forward(seconds=301)
    assert send(guarded, fields).status_int == 302
    assert len(cloudflare.questions) == 2


def test_a_replay_is_refused_here_even_if_cloudflare_took_it(guarded, people_of, cloudflare):
    people_of(guarded).add()
    fields = {"cf-turnstile-response": cloudflare.solved()}
    assert send(guarded, fields).status_int == 422
    cloudflare.forget_spent()
    guarded.clock.forward(seconds=299)
    answer = send(guarded, fields)
    assert answer.status_int == 302
    assert guard.REFUSED in answer.follow().text
    assert len(cloudflare.questions) == 1


def test_two_who_send_the_same_token_are_not_both_let_in_and_only_its_digest_is_kept(guarded, redis_server, make):
    site = make(REDIS_RATE_LIMIT_URL=redis_server())
    limiter = site.registry.rate_limiter
    assert limiter.store == "redis"
    assert [limiter.first("turnstile", "0.token", seconds=300) for _ in range(2)] == [True, False]
    assert limiter.first("turnstile", "0.other", seconds=300)


def test_while_the_memory_of_tokens_is_away_cloudflare_alone_judges(make, people_of, cloudflare):
    site = make(REDIS_RATE_LIMIT_URL="redis://127.0.0.1:1")
    people_of(site).add()
    fields = {"cf-turnstile-response": cloudflare.solved()}
    assert send(site, fields).status_int == 422
    assert send(site, fields).status_int == 302


def test_case_50_07_an_answer_for_another_site_is_refused(enter, cloudflare, caplog):
    caplog.set_level(logging.INFO, "logister_plugins.turnstile")
    assert enter(cloudflare.solved(hostname="evil.example")) == (False, guard.REFUSED)
    assert "reason=other-hostname" in lines(caplog)[-1]
    assert enter(cloudflare.solved(hostname="")) == (True, None)


def test_the_public_address_and_the_one_in_use_are_both_this_site(make, people_of, cloudflare):
    site = make(LOGISTER_PUBLIC_URL="https://Errors.Example.com")
    people_of(site).add()
    for hostname in ("errors.example.com", "LOCALHOST"):
        assert send(site, {"cf-turnstile-response": cloudflare.solved(hostname=hostname)}).status_int == 422
    assert send(site, {"cf-turnstile-response": cloudflare.solved(hostname="com")}).status_int == 302


def test_an_answer_for_another_form_is_refused(enter, cloudflare, caplog):
    caplog.set_level(logging.INFO, "logister_plugins.turnstile")
    assert enter(cloudflare.solved(action="sign_up")) == (False, guard.REFUSED)
    assert "reason=other-action" in lines(caplog)[-1]
    assert enter(cloudflare.solved(action="")) == (True, None)


def test_dummy_keys_are_for_every_site_and_form_and_their_token_for_always(make, people_of):
    site = make(LOGISTER_TURNSTILE_SITE_KEY=DUMMY_SITE_KEY, LOGISTER_TURNSTILE_SECRET_KEY=DUMMY_SECRET_KEY)
    people_of(site).add()
    for _ in range(2):
        assert sign_in(site, DUMMY_TOKEN)[0]


@pytest.mark.parametrize("name", DISTURBANCES)
def test_while_the_verifier_fails_nobody_gets_in(enter, cloudflare, caplog, name):
    cloudflare.disturbance = DISTURBANCES[name]
    assert enter(cloudflare.solved()) == (False, guard.UNREACHABLE)
    [line] = lines(caplog)
    assert line.startswith("turnstile.unreachable reason=")
    assert SECRET_KEY not in caplog.text
    assert {asked.path for asked in cloudflare.server.asked} == {"/turnstile/v0/siteverify"}


@pytest.mark.parametrize("reply", [Reply(silent=True), Reply(200, b'{"success": true', drips=True)])
def test_a_verifier_that_does_not_come_to_an_end_is_given_up(enter, cloudflare, monkeypatch, reply):
    monkeypatch.setattr(verification, "PATIENCE", 0.2)
    cloudflare.disturbance = reply
    began = time.monotonic()
    assert enter(cloudflare.solved()) == (False, guard.UNREACHABLE)
    assert time.monotonic() - began < 5


def test_a_verifier_that_refuses_connections_lets_nobody_in(make, people_of):
    site = make(LOGISTER_TURNSTILE_VERIFY_URL="http://127.0.0.1:1/siteverify")
    people_of(site).add()
    assert sign_in(site, "0.abc") == (False, guard.UNREACHABLE)


def test_case_50_06_switched_on_without_its_keys_the_server_does_not_start(tmp_path):
    home = {"LOGISTER_HOME": str(tmp_path)}
    for missing in KEYS:
        environ = home | {"LOGISTER_TURNSTILE_ENABLED": "true"} | KEYS | {missing: "  "}
        with pytest.raises(SettingsError) as refusal:
            plugins.load({}, environ)
        assert [problem.split()[0] for problem in refusal.value.problems] == [missing]
        assert SECRET_KEY not in str(refusal.value)
    _, active = plugins.load({}, home | KEYS | {"LOGISTER_TURNSTILE_ENABLED": "no"})
    assert active == []


def test_case_50_06_switched_on_by_name_without_its_keys_it_does_not_start_either(make_site):
    with pytest.raises(SettingsError, match="LOGISTER_TURNSTILE_SITE_KEY is not set"):
        make_site(LOGISTER_PLUGINS="turnstile")


def test_administrators_are_told_whether_it_works(make, make_site, cloudflare):
    def diagnosis(site):
        sections = catalogue(site.settings)
        section = sections.named("authentication")
        return sections.examine(section, Examination(site.registry, site.settings, saved=True, fields={}))

    off = diagnosis(make_site(LOGISTER_TURNSTILE_ENABLED="false"))
    assert (off.passed, off.details["turnstile_enabled"], off.details["keys_present"]) == (True, False, False)
    guarded = make()
    found = diagnosis(guarded)
    assert (found.passed, found.details["turnstile_enabled"], found.details["keys_present"]) == (True, True, True)
    assert "Cloudflare accepts the secret key" in found.summary
    cloudflare.disturbance = Reply(503)
    found = diagnosis(guarded)
    assert (found.passed, "does not answer (HTTP 503)" in found.summary) == (False, True)
    cloudflare.disturbance = None
    found = diagnosis(make(LOGISTER_TURNSTILE_SECRET_KEY="0x4AAAAnother"))
    assert (found.passed, "does not accept the secret key" in found.summary) == (False, True)
    assert "0x4AAAAnother" not in repr(found)


def test_a_wrong_secret_is_the_operators_business_and_told_to_visitors_as_an_outage(
    make, people_of, cloudflare, caplog
):
    site = make(LOGISTER_TURNSTILE_SECRET_KEY="0x4AAAAnother")
    people_of(site).add()
    assert sign_in(site, cloudflare.solved()) == (False, guard.UNREACHABLE)
    assert "turnstile.misconfigured reason=invalid-input-secret" in caplog.text


def test_a_user_agent_writes_no_lines_of_its_own_into_the_log(guarded, caplog):
    caplog.set_level(logging.INFO, "logister_plugins.turnstile")
    sign_in(guarded, "0.abc", **{"User-Agent": "x" * 500})
    assert len(lines(caplog)[-1]) < 400


def send(site, more):
    """The form with a wrong password: 422 says that the guard let it pass."""
    browser = site.browser()
    fields = dict(browser.get("/users/sign_in").form.submit_fields())
    return browser.post("/users/sign_in", fields | more, status="*")


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name.startswith("logister_plugins.turnstile")]
