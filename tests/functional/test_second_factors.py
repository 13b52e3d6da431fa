"""Second factors as those use them who have them, and as those attack them who have the password."""

from __future__ import annotations

import re

import pyotp
import pytest

from functional.conftest import PASSWORD, csrf
from logister_core.accounts.models import UserSession
from logister_core.audit.models import AuditEntry
from logister_core.errors import Refused
from logister_core.installation.rotation import Rotation, rotate
from logister_core.mail.models import AccountMail
from logister_core.second_factors.actors import remove_ended_steps
from logister_core.second_factors.models import AuthenticatorApp, Passkey, RecoveryCode, SignInStep
from logister_core.tasks import Task
from support.authenticator import Authenticator

OWN = "/users/second_factors"
ORIGIN = "http://localhost:6543"


class Person:
    """Ana, signed in in `browser`, with what she has set up."""

    def __init__(self, site, people, email="ana@example.com"):
        self.site, self.people = site, people
        self.user, self.browser = people.newcomer(email)
        self.secret, self.codes, self.key = "", [], None

    def post(self, path, **fields):
        return self.browser.post(OWN + path, {"csrf_token": csrf(self.browser), **fields}, status="*")

    def set_up_app(self):
        page = self.post("/app").follow()
        self.secret = "".join(page.html.find("code").text.split())
        shown = self.post("/app/verify", code=self.code())
        self.codes = shown.html.find("pre").text.split()
        return shown

    def add_key(self, **values):
        self.key = Authenticator(ORIGIN, **values)
        options = self.post("/passkeys/options").json
        return self.post("/passkeys", credential=self.key.create(options), name="Laptop")

    def code(self, **later):
        return pyotp.TOTP(self.secret).at(self.site.clock.now, **later)

    def enter_password(self, browser=None):
        """A browser in which the password was right."""
        browser = browser or self.site.browser()
        answer = self.people.sign_in(browser, self.user.email)
        assert path(answer) == "/users/second_step"
        return browser

    def enter_code(self, browser, code):
        form = browser.get("/users/second_step").form
        form["code"] = code
        return form.submit(status="*")


@pytest.fixture
def ana(site, people):
    return Person(site, people)


def path(answer):
    return (answer.location or "").removeprefix("http://localhost")


def signed_in(browser):
    return browser.get("/projects").status_int == 200


def step_token(browser):
    return {"csrf_token": csrf(browser, "/users/second_step")}


def test_an_app_is_set_up_with_a_code_and_its_secret_is_kept_encrypted(site, ana):
    page = ana.post("/app").follow()
    assert "<svg" in page.text
    assert " style=" not in str(page.html.find("svg"))
    secret = "".join(page.html.find("code").text.split())
    refused = ana.post("/app/verify", code="000000")
    assert (refused.status_int, "This code is not right" in refused.text) == (422, True)
    site.clock.forward(seconds=60)
    answer = ana.post("/app/verify", code=pyotp.TOTP(secret).at(site.clock.now))
    codes = answer.html.find("pre").text.split()
    assert (answer.headers["Cache-Control"], len(set(codes))) == ("no-store", 10)
    [app] = site.rows(AuthenticatorApp)
    assert secret not in app.sealed_secret
    stored = str([vars(row) for row in site.rows(RecoveryCode)])
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]
    assert secret not in ana.browser.get(f"{OWN}/app", status="*").text
    assert [entry.action for entry in site.rows(AuditEntry)] == ["second_factor.app_added", "second_factor.codes_made"]


def test_password_and_code_together_begin_a_session_and_neither_alone(site, ana):
    ana.set_up_app()
    site.clock.forward(minutes=2)
    before = site.count(UserSession)
    browser = ana.enter_password()
    assert (signed_in(browser), site.count(UserSession)) == (False, before)
    answer = ana.enter_code(browser, "123456")
    assert (answer.status_int, signed_in(browser)) == (422, False)
    answer = ana.enter_code(browser, ana.code())
    assert (answer.status_int, path(answer), signed_in(browser)) == (303, "/", True)
    assert site.count(SignInStep) == 0
    last = site.rows(AuditEntry)[-1]
    assert (last.action, last.details) == ("account.signed_in", {"method": "password and app"})


def test_the_target_and_the_long_session_survive_the_second_step(site, ana):
    ana.set_up_app()
    site.clock.forward(minutes=2)
    browser = site.browser()
    form = browser.get("/users/sign_in?next=/projects/new").form
    form["user[email]"], form["user[password]"], form["user[remember_me]"] = ana.user.email, PASSWORD, True
    form.submit()
    assert path(ana.enter_code(browser, ana.code())) == "/projects/new"
    assert site.rows(UserSession)[-1].persistent


def test_a_code_is_good_once_and_for_a_step_before_and_after(site, ana):
    ana.set_up_app()
    assert ana.enter_code(ana.enter_password(), ana.code()).status_int == 422
    site.clock.forward(seconds=60)
    code = ana.code()
    assert ana.enter_code(ana.enter_password(), code).status_int == 303
    assert ana.enter_code(ana.enter_password(), code).status_int == 422
    # Older than one that was taken.
    assert ana.enter_code(ana.enter_password(), ana.code(counter_offset=-1)).status_int == 422
    assert ana.enter_code(ana.enter_password(), ana.code(counter_offset=2)).status_int == 422
    assert ana.enter_code(ana.enter_password(), ana.code(counter_offset=1)).status_int == 303


def test_a_recovery_code_is_good_once_however_it_is_typed(site, ana):
    ana.set_up_app()
    typed = ana.codes[0].upper().replace("-", " ")
    answer = ana.enter_code(ana.enter_password(), typed)
    assert answer.status_int == 303
    assert "Unused ones: 9." in ana.site.browser().get("/users/sign_in").text or answer.headers.getall("Set-Cookie")
    assert ana.enter_code(ana.enter_password(), ana.codes[0]).status_int == 422
    fresh = ana.post("/recovery_codes").html.find("pre").text.split()
    assert ana.enter_code(ana.enter_password(), ana.codes[1]).status_int == 422
    assert ana.enter_code(ana.enter_password(), fresh[0]).status_int == 303


def test_after_five_wrong_codes_the_password_is_asked_for_again(site, ana):
    ana.set_up_app()
    site.clock.forward(minutes=2)
    browser = ana.enter_password()
    for _ in range(5):
        assert ana.enter_code(browser, "000000").status_int == 422
    # Even the right one comes too late.
    answer = ana.enter_code(browser, ana.code())
    assert (path(answer), signed_in(browser), site.count(SignInStep)) == ("/users/sign_in", False, 0)
    assert [entry.action for entry in site.rows(AuditEntry)].count("second_factor.refused") == 6


def test_codes_of_one_account_are_limited_however_often_its_password_is_entered(site, ana):
    ana.set_up_app()
    site.clock.forward(minutes=2)
    for _ in range(5):
        browser = ana.enter_password()
        for _ in range(4):
            ana.enter_code(browser, "000000")
    assert path(ana.enter_code(ana.enter_password(), ana.code())) == "/users/sign_in"
    site.clock.forward(hours=1)
    assert ana.enter_code(ana.enter_password(), ana.code()).status_int == 303


def test_a_half_done_sign_in_ends_by_time_with_the_password_and_with_its_use(site, ana):
    ana.set_up_app()
    site.clock.forward(minutes=2)
    late, changed, used = (ana.enter_password() for _ in range(3))
    token = used.cookies["logister_step"]
    assert ana.enter_code(used, ana.code()).status_int == 303
    again = site.browser()
    again.set_cookie("logister_step", token)
    assert path(again.get("/users/second_step")) == "/users/sign_in"
    with site.write() as db:
        user = db.merge(ana.user)
        kept, user.password_hash = user.password_hash, "another"
    assert path(changed.get("/users/second_step")) == "/users/sign_in"
    with site.write() as db:
        db.merge(ana.user).password_hash = kept
    site.clock.forward(minutes=10)
    assert path(late.get("/users/second_step")) == "/users/sign_in"
    remove_ended_steps(Task(site.registry))
    assert site.count(SignInStep) == 0


def test_the_step_of_one_purpose_is_none_of_another(site, ana):
    ana.set_up_app()
    browser = site.browser()
    token = csrf(browser, "/users/sign_in")
    browser.post("/users/sign_in/passkey/options", {"csrf_token": token})
    assert path(browser.get("/users/second_step")) == "/users/sign_in"
    answer = browser.post("/users/second_step", {"csrf_token": token, "code": ana.codes[0]})
    assert (path(answer), signed_in(browser)) == ("/users/sign_in", False)


def test_without_a_step_or_with_an_invented_one_nothing_is_asked(site, ana):
    ana.set_up_app()
    for cookie in ("x", "", "x" * 4000):
        browser = site.browser()
        browser.set_cookie("logister_step", cookie)
        assert path(browser.get("/users/second_step")) == "/users/sign_in"


def test_changes_need_the_password_once_the_sign_in_is_some_time_ago(site, ana):
    site.clock.forward(minutes=15)
    for change in ("/app", "/app/verify", "/app/remove", "/recovery_codes", "/passkeys"):
        assert path(ana.post(change)) == OWN, change
    assert ana.post("/passkeys/options").status_int == 403
    assert site.count(AuthenticatorApp) == 0
    assert "Set up an app" not in ana.browser.get(OWN).text
    assert ana.post("/confirm", current_password="wrong").status_int == 422
    assert ana.post("/confirm", current_password=PASSWORD).status_int == 303
    assert "Set up an app" in ana.browser.get(OWN).text
    assert ana.set_up_app().status_int == 200


def test_the_password_cannot_be_guessed_there_either(site, ana):
    site.clock.forward(minutes=15)
    statuses = [ana.post("/confirm", current_password="wrong").status_int for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert ana.post("/confirm", current_password=PASSWORD).status_int == 429


def test_without_factors_left_nothing_is_asked_and_no_code_stays(site, ana):
    ana.set_up_app()
    ana.add_key()
    ana.post("/app/remove")
    assert site.count(RecoveryCode) == 10
    [passkey] = site.rows(Passkey)
    assert "Laptop" in ana.browser.get(OWN).text
    ana.post(f"/passkeys/{passkey.uuid}/remove")
    assert site.count(RecoveryCode) == 0
    assert path(ana.people.sign_in(site.browser(), ana.user.email)) == "/"


def test_passkeys_of_others_do_not_exist(site, people, ana):
    ana.add_key()
    [passkey] = site.rows(Passkey)
    bob = Person(site, people, "bob@example.com")
    assert bob.post(f"/passkeys/{passkey.uuid}/remove").status_int == 404
    assert site.count(Passkey) == 1


def test_a_passkey_is_the_second_step_or_signs_in_alone(site, ana):
    assert "Recovery codes" in ana.add_key().text
    browser = ana.enter_password()
    options = browser.post("/users/second_step/passkey/options", step_token(browser)).json
    assert [found["id"] for found in options["allowCredentials"]] == [site.rows(Passkey)[0].credential_id]
    fields = {**step_token(browser), "credential": ana.key.get(options)}
    answer = browser.post("/users/second_step/passkey", fields)
    assert (path(answer), signed_in(browser)) == ("/", True)

    browser, answer = alone(site, ana.key)
    assert (path(answer), signed_in(browser)) == ("/", True)
    assert site.rows(AuditEntry)[-1].details == {"method": "passkey"}
    assert site.rows(Passkey)[0].sign_count == 2


def alone(site, key, browser=None):
    browser = browser or site.browser()
    token = {"csrf_token": csrf(browser, "/users/sign_in")}
    options = browser.post("/users/sign_in/passkey/options", token).json
    assert "allowCredentials" not in options or options["allowCredentials"] == []
    return browser, browser.post("/users/sign_in/passkey", {**token, "credential": key.get(options)})


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"verifies": False},
        {"credential_id": b"another"},
        {"user_handle": b"0123456789abcdef"},
        {"counter": 0},
    ],
)
def test_a_passkey_alone_has_to_be_right_in_every_respect(site, ana, wrong):
    ana.add_key(counter=5)
    for name, value in wrong.items():
        setattr(ana.key, name, value)
    browser, answer = alone(site, ana.key)
    assert (path(answer), signed_in(browser)) == ("/users/sign_in", False)
    assert "is not known here" in answer.follow().text


def test_an_answer_is_good_for_its_challenge_and_that_once(site, ana):
    ana.add_key()
    browser = site.browser()
    token = {"csrf_token": csrf(browser, "/users/sign_in")}
    options = browser.post("/users/sign_in/passkey/options", token).json
    stolen = ana.key.get(options)
    cookie = browser.cookies["logister_step"]
    # Of somebody who listened: in a browser of theirs, and in this one after its use.
    thief = site.browser()
    theirs = {"csrf_token": csrf(thief, "/users/sign_in"), "credential": stolen}
    thief.post("/users/sign_in/passkey/options", theirs)
    assert path(thief.post("/users/sign_in/passkey", theirs)) == "/users/sign_in"
    assert path(browser.post("/users/sign_in/passkey", {**token, "credential": stolen})) == "/"
    thief.set_cookie("logister_step", cookie)
    assert path(thief.post("/users/sign_in/passkey", theirs)) == "/users/sign_in"
    assert not signed_in(thief)


def test_the_passkey_of_another_person_is_no_second_step(site, people, ana):
    ana.set_up_app()
    bob = Person(site, people, "bob@example.com")
    bob.add_key()
    browser = ana.enter_password()
    options = browser.post("/users/second_step/passkey/options", step_token(browser)).json
    fields = {**step_token(browser), "credential": bob.key.get(options)}
    assert browser.post("/users/second_step/passkey", fields, status="*").status_int == 422
    assert not signed_in(browser)


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "x" * 9_000, '{"id": 1}', '{"id":"a","rawId":"a"}'])
def test_whatever_is_sent_as_a_passkey_is_refused_and_never_a_failure(site, ana, credential):
    ana.post("/passkeys/options")
    assert path(ana.post("/passkeys", credential=credential)) == OWN
    browser = site.browser()
    token = {"csrf_token": csrf(browser, "/users/sign_in")}
    browser.post("/users/sign_in/passkey/options", token)
    answer = browser.post("/users/sign_in/passkey", {**token, "credential": credential})
    assert path(answer) == "/users/sign_in"
    assert site.count(Passkey) == 0


def test_a_registration_of_another_site_is_refused(site, ana):
    ana.key = Authenticator("https://evil.example")
    options = ana.post("/passkeys/options").json
    assert path(ana.post("/passkeys", credential=ana.key.create(options))) == OWN
    assert site.count(Passkey) == 0


@pytest.mark.parametrize("address", ["http://errors.example.com", "http://192.0.2.7:6543", "http://[::1]"])
def test_where_browsers_refuse_passkeys_none_are_offered(make_site, people_of, address):
    site = make_site(LOGISTER_PUBLIC_URL=address)
    ana = Person(site, people_of(site))
    assert "Passkeys need" in ana.browser.get(OWN).text
    assert ana.post("/passkeys/options").status_int == 409
    assert "data-passkey=" not in site.browser().get("/users/sign_in").text


def test_an_unconfirmed_person_is_not_signed_in_by_a_passkey(site, ana):
    ana.add_key()
    with site.write() as db:
        db.merge(ana.user).confirmed_at = None
    browser, answer = alone(site, ana.key)
    assert "Confirm your e-mail address first" in answer.follow().text
    assert not signed_in(browser)


def test_apps_and_codes_outlive_the_root_secret_and_without_rotation_the_codes_do(site, ana, caplog):
    ana.set_up_app()
    site.clock.forward(minutes=2)
    other = "another root secret of 32 characters or more"
    with site.write() as db:
        assert rotate(db, old_secret=site.settings.secret_key, new_secret=other) == Rotation(1, 0)
    # This process still has the old secret.
    assert ana.enter_code(ana.enter_password(), ana.code()).status_int == 422
    assert "second_factors.secret_unreadable" in caplog.text
    assert ana.enter_code(ana.enter_password(), ana.codes[0]).status_int == 303
    with site.write() as db, pytest.raises(Refused, match="authenticator app of"):
        rotate(db, old_secret="wrong", new_secret=site.settings.secret_key)
    with site.write() as db:
        assert rotate(db, old_secret=other, new_secret=site.settings.secret_key) == Rotation(1, 0)
        assert rotate(db, old_secret=other, new_secret=site.settings.secret_key) == Rotation(0, 1)
    assert ana.enter_code(ana.enter_password(), ana.code()).status_int == 303


def test_secrets_are_in_no_log(site, ana, caplog):
    ana.set_up_app()
    ana.enter_code(ana.enter_password(), ana.codes[0])
    assert ana.secret not in caplog.text
    assert not re.search("|".join(ana.codes), caplog.text)


def with_cookies(site, values):
    browser = site.browser()
    for name, value in values.items():
        browser.set_cookie(name, value)
    return browser


@pytest.mark.parametrize("factor", ["code", "passkey", "passkey alone"])
def test_a_session_or_step_planted_before_is_not_shared_afterwards(site, people, ana, factor):
    """Somebody who can plant cookies begins a sign-in of their own, and hopes that the victim finishes it for them."""
    eve = Person(site, people, "eve@example.com")
    eve.set_up_app()
    site.clock.forward(minutes=1)
    ana.set_up_app()
    ana.add_key()
    site.clock.forward(minutes=2)
    planted = {"logister_step": eve.enter_password().cookies["logister_step"], "logister_session": "planted"}
    victim = with_cookies(site, planted)
    if factor == "passkey alone":
        _, answer = alone(site, ana.key, victim)
    else:
        ana.enter_password(victim)
        assert path(with_cookies(site, planted).get("/users/second_step")) == "/users/sign_in"
        if factor == "code":
            answer = ana.enter_code(victim, ana.code())
        else:
            options = victim.post("/users/second_step/passkey/options", step_token(victim)).json
            fields = {**step_token(victim), "credential": ana.key.get(options)}
            answer = victim.post("/users/second_step/passkey", fields)
    assert (path(answer), signed_in(victim)) == ("/", True)
    assert "ana@example.com" in victim.get("/profile").text
    attacker = with_cookies(site, planted)
    assert not signed_in(attacker)
    assert path(attacker.get("/users/second_step")) == "/users/sign_in"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site_by_a_passkey_or_a_code(site, ana, target):
    ana.set_up_app()
    ana.add_key()
    site.clock.forward(minutes=2)
    browser = site.browser()
    token = {"csrf_token": csrf(browser, "/users/sign_in")}
    options = browser.post("/users/sign_in/passkey/options", token).json
    answer = browser.post("/users/sign_in/passkey", {**token, "credential": ana.key.get(options), "next": target})
    assert (path(answer), signed_in(browser)) == ("/", True)

    browser = site.browser()
    token = {"csrf_token": csrf(browser, "/users/sign_in")}
    fields = {"user[email]": ana.user.email, "user[password]": PASSWORD, "next": target}
    assert path(browser.post("/users/sign_in", token | fields)) == "/users/second_step"
    form = {**step_token(browser), "code": ana.code(), "next": target}
    answer = browser.post("/users/second_step", form)
    assert (path(answer), signed_in(browser)) == ("/", True)


def test_what_is_kept_of_a_step_is_no_step(site, ana):
    ana.set_up_app()
    ana.enter_password()
    [step] = site.rows(SignInStep)
    for value in (step.token_digest, str(step.id)):
        thief = site.browser()
        thief.set_cookie("logister_step", value)
        assert path(thief.get("/users/second_step")) == "/users/sign_in"


def test_every_change_is_told_by_mail(site, ana, post):
    ana.set_up_app()
    ana.add_key()
    codes = ana.post("/recovery_codes").html.find("pre").text.split()
    ana.post("/app/remove")
    [passkey] = site.rows(Passkey)
    ana.post(f"/passkeys/{passkey.uuid}/remove")
    when = f"on {site.clock():%-d %B %Y, %H:%M} (UTC)"
    site.clock.forward(hours=3)
    mails = post.collect()
    assert [mail["Subject"] for mail in mails] == [
        "An authenticator app was added to your account",
        "A passkey was added to your account",
        "New recovery codes were made for your account",
        "Your authenticator app was removed",
        "A passkey was removed from your account",
    ]
    for mail in mails:
        text = mail.get_content()
        assert mail["To"] == "ana@example.com"
        assert f"{mail['Subject']}." in text
        assert when in text
        assert "http://localhost:6543/users/password/new" in text
        for secret in (ana.secret, *ana.codes, *codes):
            assert secret not in text


def test_what_changes_nothing_is_not_told(site, ana):
    ana.post("/app/remove")
    ana.post("/recovery_codes")
    ana.post("/app")
    ana.post("/app/verify", code="000000")
    ana.post("/app/remove")
    ana.post("/passkeys", credential="{}")
    assert (site.count(AuthenticatorApp), site.count(AccountMail), site.count(AuditEntry)) == (0, 0, 0)


def test_a_mail_is_owed_with_the_change_or_not_at_all(site, ana, monkeypatch):
    """The row is in the transaction of the change, so that a failure after it leaves neither."""
    ana.set_up_app()
    before = site.count(AccountMail)
    monkeypatch.setattr("logister_core.second_factors.views._back", None)
    ana.browser.post(f"{OWN}/app/remove", {"csrf_token": csrf(ana.browser)}, status=500)
    assert (site.count(AuthenticatorApp), site.count(AccountMail)) == (1, before)
