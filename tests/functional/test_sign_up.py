"""Making an account, and confirming its address."""

from __future__ import annotations

import pytest

from functional.conftest import Post, link_in
from logister_core.accounts.models import User, UserSession
from logister_core.accounts.passwords import PasswordHasher
from support.races import written_between

GOOD = {
    "name": "Ana",
    "email": "Ana@Example.com ",
    "password": "correct horse",
    "password_confirmation": "correct horse",
}


def sign_up(browser, status=303, **fields):
    form = browser.get("/users/sign_up").form
    for name, value in (GOOD | fields).items():
        form[f"user[{name}]"] = value
    return form.submit(status=status)


def test_somebody_signs_up_confirms_and_signs_in(site, post, people):
    browser = site.browser()
    answer = sign_up(browser)
    assert answer.location == "http://localhost/"
    assert "We sent you a mail" in answer.follow().follow().text
    [user] = site.rows(User)
    assert (user.email, user.name, user.confirmed_at, user.application_admin) == ("ana@example.com", "Ana", None, False)
    assert site.count(UserSession) == 0

    [mail] = post.collect()
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Confirmation instructions")
    assert "Hello ana@example.com," in mail.get_content()
    confirmed = browser.get(link_in(mail))
    assert (confirmed.status_int, confirmed.location) == (302, "http://localhost/users/sign_in")
    assert "Your e-mail address is confirmed." in confirmed.follow().text
    assert site.rows(User)[0].confirmed_at == site.clock()
    assert site.count(UserSession) == 0
    assert people.sign_in(browser, "ana@example.com", "correct horse").status_int == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody"}, "Enter an e-mail address."),
        ({"email": "ana@example.com, eve@example.com"}, "Enter an e-mail address."),
        ({"email": "eve@example.com,ana"}, "Enter an e-mail address."),
        ({"password": "short", "password_confirmation": "short"}, "at least 8 characters"),
        ({"password": "password1", "password_confirmation": "password1"}, "first that attackers try"),
        ({"password_confirmation": "something else"}, "The two passwords differ."),
        ({"name": "x" * 101}, "A name has at most 100 characters."),
    ],
)
def test_what_is_wrong_is_said(site, post, fields, sentence):
    page = sign_up(site.browser(), status=422, **fields)
    assert sentence in page.text
    assert page.form["user[password]"].value == ""
    assert page.form["user[name]"].value == fields.get("name", "Ana")
    assert site.count(User) == 0
    assert post.collect() == []


def test_an_address_with_an_account_gets_a_mail_instead_of_an_account(site, post, people):
    people.add("ana@example.com", name="Real Ana")
    before = site.rows(User)[0]
    sign_up(site.browser())
    [user] = site.rows(User)
    assert (user.name, user.password_hash, user.updated_at) == ("Real Ana", before.password_hash, before.updated_at)
    [mail] = post.collect()
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "You have an account already")
    assert "/users/password/new" in mail.get_content()


def test_of_several_who_sign_up_with_one_address_the_last_counts_until_it_is_confirmed(site, post):
    first, last = site.browser(), site.browser()
    sign_up(first, password="first first", password_confirmation="first first")
    [early] = post.collect()
    sign_up(last)
    assert first.get(link_in(early), status=422)
    assert last.get(post.link()).status_int == 302
    assert PasswordHasher.for_tests().verify(site.rows(User)[0].password_hash, "correct horse")


def test_a_link_confirms_although_another_transaction_commits_meanwhile(site, post):
    browser = site.browser()
    sign_up(browser)
    link = post.link()
    with written_between(site):
        assert browser.get(link).status_int == 302
    assert site.rows(User)[0].confirmed_at is not None


def test_another_browser_confirms_with_the_password_and_is_signed_in(site, post):
    sign_up(site.browser())
    link = post.link()
    other = site.browser()
    page = other.get(link)
    assert page.status_int == 200
    assert site.rows(User)[0].confirmed_at is None
    page.form["user[password]"] = "wrong wrong"
    page = page.form.submit(status=422)
    assert "This is not the password" in page.text
    page.form["user[password]"] = "correct horse"
    assert page.form.submit().location == "http://localhost/"
    assert site.rows(User)[0].confirmed_at is not None
    assert other.get("/projects").status_int == 200


def test_who_only_looks_at_a_link_confirms_nothing(site, post):
    browser = site.browser()
    sign_up(browser)
    link = post.link()
    # Programs that check mails fetch every address in them.
    assert site.browser().get(link).status_int == 200
    assert browser.head(link).status_int == 200
    assert site.rows(User)[0].confirmed_at is None


def test_a_link_works_once_says_so_and_never_ends_by_time(site, post):
    browser = site.browser()
    sign_up(browser)
    link = post.link()
    site.clock.forward(days=400)
    assert browser.get(link).status_int == 302
    page = browser.get(link, status=422)
    assert "confirmed already" in page.text


@pytest.mark.parametrize("query", ["", "?confirmation_token=", "?confirmation_token=guess"])
def test_a_link_that_is_no_good_leads_to_a_new_mail(site, people, query):
    people.add(confirmed_at=None)
    page = site.browser().get(f"/users/confirmation{query}", status=422)
    assert "This link is not right" in page.text
    assert page.form.action == "/users/confirmation"


def resend(browser, email):
    form = browser.get("/users/confirmation/new").form
    form["user[email]"] = email
    return form.submit()


def test_the_mail_comes_again_and_replaces_the_one_before(site, post):
    browser = site.browser()
    sign_up(browser)
    early = post.link()
    answer = resend(browser, " ANA@example.com")
    assert (answer.status_int, answer.location) == (303, "http://localhost/users/sign_in")
    late = post.link()
    assert browser.get(early, status=422)
    assert browser.get(late).status_int == 302


def test_asking_again_is_answered_alike_for_everybody_and_mails_nobody_else(site, post, people):
    people.add("confirmed@example.com")
    pages = [
        resend(site.browser(), email).follow().html.main.text for email in ("confirmed@example.com", "no@one.example")
    ]
    assert pages[0] == pages[1]
    assert post.collect() == []


def test_when_it_is_closed_nobody_signs_up(make_site):
    site = make_site(LOGISTER_SIGNUP_ENABLED="no")
    browser = site.browser()
    page = browser.get("/users/sign_up")
    assert "Nobody can sign up here by themselves" in page.text
    assert not page.forms
    assert "/users/sign_up" not in browser.get("/users/sign_in").text
    token = browser.get("/users/sign_in").form["csrf_token"].value
    fields = {f"user[{name}]": value for name, value in GOOD.items()} | {"csrf_token": token}
    assert browser.post("/users", fields, status=403)
    assert site.count(User) == 0
    assert Post(site).collect() == []


def test_case_50_10_while_the_installation_waits_for_its_administrator_signing_up_leads_there(make_site):
    site = make_site(LOGISTER_SETUP_TOKEN="sesame-open-sesame")
    browser = site.browser()
    answer = browser.get("/users/sign_up")
    assert (answer.status_int, answer.location) == (302, "http://localhost/setup")
    token = browser.get("/users/sign_in").form["csrf_token"].value
    fields = {f"user[{name}]": value for name, value in GOOD.items()} | {"csrf_token": token}
    assert browser.post("/users", fields).location == "http://localhost/setup"
    assert site.count(User) == 0


@pytest.mark.parametrize(
    "page", ["/users/sign_up", "/users/password/new", "/users/confirmation/new", "/users/password/edit"]
)
def test_who_is_signed_in_is_led_to_the_application(site, people, page):
    _, browser = people.newcomer()
    answer = browser.get(page)
    assert (answer.status_int, answer.location) == (303, "http://localhost/")


def test_the_sign_in_page_links_the_others(site):
    page = site.browser().get("/users/sign_in")
    for address in ("/users/sign_up", "/users/password/new", "/users/confirmation/new"):
        assert page.html.find("a", {"href": address})
