from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest

from logister_core.accounts.models import User, UserSession
from logister_core.accounts.passwords import PasswordHasher
from logister_core.security.tokens import digest

WRONG = "E-mail or password is not right."


def test_a_person_signs_in_and_lands_on_the_start_page(site, people):
    people.add()
    browser = site.browser()
    answer = people.sign_in(browser, "ana@example.com")
    assert (answer.status_int, path(answer)) == (303, "/")
    assert browser.get("/projects").status_int == 200


def test_the_address_is_taken_in_any_case_and_with_spaces(site, people):
    people.add()
    assert people.sign_in(site.browser(), " Ana@Example.COM ").status_int == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@example.com", "correct horse batter"),
        ("bob@example.com", "correct horse battery"),
        ("ana@example.com", ""),
        ("", ""),
        ("ana\x00@example.com", "correct horse battery"),
        ("ana@example.com", "x" * 5_000),
    ],
)
def test_a_wrong_guess_learns_nothing_but_that_it_is_wrong(site, people, email, password):
    people.add()
    answer = people.sign_in(site.browser(), email, password)
    assert answer.status_int == 422
    assert WRONG in answer.text
    assert site.count(UserSession) == 0


def test_the_form_keeps_the_address_and_never_the_password(site, people):
    answer = people.sign_in(site.browser(), "ana@example.com", "secret words", remember_me=True)
    assert answer.form["user[email]"].value == "ana@example.com"
    assert answer.form["user[remember_me]"].checked
    assert answer.form["user[password]"].value == ""
    assert "secret words" not in answer.text


def test_guessing_at_an_unknown_address_costs_a_hash_too(site, people, monkeypatch):
    people.add()
    verified = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, *guess: verified.append(guess) or verify(self, *guess))
    people.sign_in(site.browser(), "bob@example.com", "guess")
    people.sign_in(site.browser(), "not an address", "guess")
    assert verified == [(None, "guess"), (None, "guess")]


def test_a_hash_with_old_parameters_is_replaced_at_sign_in(site, people):
    old = PasswordHasher(memory_kib=16, passes=2).hash("correct horse battery")
    site.user("ana@example.com", password_hash=old)
    assert people.sign_in(site.browser(), "ana@example.com").status_int == 303
    [user] = site.rows(User)
    assert user.password_hash != old
    assert people.sign_in(site.browser(), "ana@example.com").status_int == 303


def test_case_50_39_an_unconfirmed_person_is_not_signed_in(site, people):
    people.add(confirmed_at=None)
    browser = site.browser()
    answer = people.sign_in(browser, "ana@example.com")
    assert (answer.status_int, path(answer)) == (302, "/users/sign_in")
    assert "Confirm your e-mail address first" in answer.follow().text
    assert site.count(UserSession) == 0


def test_the_cookie_is_random_and_the_database_holds_only_its_digest(site, people):
    people.add()
    cookie = session_cookie(people.sign_in(site.browser(), "ana@example.com"))
    assert len(cookie.value) >= 43
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")
    [row] = site.rows(UserSession)
    assert row.token_digest == digest(cookie.value)
    assert row.ip == "unknown"


def test_without_remember_me_the_session_ends_with_the_browser_or_after_a_day(site, people):
    _, browser = people.newcomer()
    [row] = site.rows(UserSession)
    assert (row.persistent, row.expires_at - row.created_at) == (False, timedelta(hours=24))
    site.clock.forward(hours=23, minutes=59)
    assert browser.get("/projects").status_int == 200
    site.clock.forward(minutes=1)
    assert browser.get("/projects").status_int == 302


def test_with_remember_me_it_lasts_fourteen_days_and_is_not_prolonged(site, people):
    people.add()
    browser = site.browser()
    cookie = session_cookie(people.sign_in(browser, "ana@example.com", remember_me=True))
    assert cookie["max-age"] == str(14 * 24 * 3600)
    site.clock.forward(days=13, hours=23)
    assert browser.get("/projects").status_int == 200
    site.clock.forward(hours=1)
    assert browser.get("/projects").status_int == 302


def test_without_remember_me_the_cookie_has_no_life_of_its_own(site, people):
    people.add()
    assert session_cookie(people.sign_in(site.browser(), "ana@example.com"))["max-age"] == ""


def test_a_session_planted_before_sign_in_is_not_taken_over(site, people):
    people.add()
    browser = site.browser()
    browser.set_cookie("logister_session", "planted-by-somebody")
    cookie = session_cookie(people.sign_in(browser, "ana@example.com"))
    assert cookie.value != "planted-by-somebody"
    planted = site.browser()
    planted.set_cookie("logister_session", "planted-by-somebody")
    assert planted.get("/projects").status_int == 302


def test_every_sign_in_is_a_session_of_its_own_and_sweeps_up_ended_ones(site, people):
    user = people.add()
    people.enter(user)
    people.enter(user)
    assert site.count(UserSession) == 2
    site.clock.forward(days=2)
    people.enter(user)
    assert site.count(UserSession) == 1


def test_signing_out_ends_this_session_on_the_server_and_no_other(site, people):
    user = people.add()
    browser, other = people.enter(user), people.enter(user)
    token = browser.cookies["logister_session"]
    answer = sign_out(browser)
    assert (answer.status_int, path(answer)) == (303, "/")
    assert "You are signed out." in answer.follow().follow().text
    assert "logister_session" not in browser.cookies
    stolen = site.browser()
    stolen.set_cookie("logister_session", token)
    assert stolen.get("/projects").status_int == 302
    assert other.get("/projects").status_int == 200


def test_signing_out_while_signed_out_gives_the_same_answer(site):
    answer = site.browser().post("/users/sign_out")
    assert (answer.status_int, path(answer)) == (303, "/")
    assert site.browser().delete("/users/sign_out").status_int == 303


def test_case_50_35_signing_out_makes_every_browser_forget_that_was_told_to_remember(site, people):
    user = people.add()
    device_b, device_c = site.browser(), people.enter(user)
    people.sign_in(device_b, user.email, remember_me=True)
    sign_out(people.enter(user))
    assert device_b.get("/projects").status_int == 302
    # Without a request to remember it the session is one of that browser alone.
    assert device_c.get("/projects").status_int == 200


def test_another_site_cannot_sign_somebody_out(site, people):
    _, browser = people.newcomer()
    assert browser.post("/users/sign_out", status="*").status_int == 422
    assert browser.get("/projects").status_int == 200


def test_a_revoked_session_is_over(site, people):
    _, browser = people.newcomer()
    with site.write() as db:
        db.merge(site.rows(UserSession)[0]).revoked_at = site.clock()
    assert browser.get("/projects").status_int == 302


def test_signed_in_people_are_sent_on_from_the_form(site, people):
    _, browser = people.newcomer()
    answer = browser.get("/users/sign_in")
    assert (answer.status_int, path(answer)) == (303, "/")
    assert "You are signed in already." in answer.follow().follow().text


def test_case_60_02_a_stranger_is_asked_to_sign_in_and_then_gets_what_they_wanted(site, people):
    inbox = f"/projects/{people.project(people.add()).uuid}/inbox?q=a%20b"
    for wanted in ("/projects?filter=all", inbox, "/inbox"):
        browser = site.browser()
        answer = browser.get(wanted)
        assert (answer.status_int, path(answer)) == (302, f"/users/sign_in?next={quote(wanted)}")
        page = answer.follow()
        assert "Sign in to continue." in page.text
        form = page.form
        form["user[email]"] = "ana@example.com"
        form["user[password]"] = "correct horse battery"
        landed = form.submit()
        assert path(landed) == wanted
        assert landed.follow().status_int == 200


def test_the_target_survives_a_wrong_password(site, people):
    people.add()
    browser = site.browser()
    form = browser.get("/users/sign_in?next=/projects/new").form
    form["user[email]"] = "ana@example.com"
    form["user[password]"] = "wrong"
    form = form.submit(status=422).form
    form["user[password]"] = "correct horse battery"
    assert path(form.submit()) == "/projects/new"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_target_on_another_site_is_forgotten(site, people, target):
    people.add()
    browser = site.browser()
    page = browser.get("/users/sign_in", {"next": target})
    assert "evil" not in page.text
    fields = {
        "user[email]": "ana@example.com",
        "user[password]": "correct horse battery",
        "next": target,
        "csrf_token": page.form["csrf_token"].value,
    }
    assert path(browser.post("/users/sign_in", fields)) == "/"


def test_programs_get_401_instead_of_a_page(site):
    answer = site.browser().get("/projects", headers={"Accept": "application/json"}, status=401)
    assert answer.json == {"error": "Sign in to continue"}


def test_a_part_of_a_page_is_401_so_that_the_script_reloads(site):
    answer = site.browser().get("/projects", headers={"HX-Request": "true"}, status=401)
    assert answer.body == b""


def test_posts_of_strangers_are_not_remembered(site):
    browser = site.browser()
    form = browser.get("/users/sign_in").form
    answer = browser.post("/projects", {"csrf_token": form["csrf_token"].value})
    assert path(answer) == "/users/sign_in"


def test_the_form_says_where_to_start_as_long_as_there_is_no_account(site, people):
    assert "set-up link" in site.browser().get("/users/sign_in").text
    people.add()
    assert "set-up link" not in site.browser().get("/users/sign_in").text


def test_looking_at_pages_writes_nothing(site, people):
    _, browser = people.newcomer()
    [before] = site.rows(UserSession)
    site.clock.forward(hours=1)
    browser.get("/projects")
    [after] = site.rows(UserSession)
    assert (after.created_at, after.expires_at, after.revoked_at) == (
        before.created_at, before.expires_at, before.revoked_at,
    )  # fmt: skip


def sign_out(browser):
    form = next(form for form in forms(browser.get("/projects")) if form.action.endswith("/users/sign_out"))
    return form.submit()


def forms(page):
    return {id(form): form for form in page.forms.values()}.values()


def path(answer):
    return answer.location.removeprefix("http://localhost")


def session_cookie(answer):
    [header] = [value for value in answer.headers.getall("Set-Cookie") if "session=" in value]
    [cookie] = SimpleCookie(header).values()
    return cookie
