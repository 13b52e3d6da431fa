from __future__ import annotations

from datetime import timedelta

import pytest

from functional.conftest import link_in
from logister_core.accounts.models import User, UserSession
from logister_core.mail.models import AccountMail


def ask(browser, email="ana@example.com"):
    form = browser.get("/users/password/new").form
    form["user[email]"] = email
    return form.submit()


def choose(browser, link, password="another horse", again=None, status="*"):
    form = browser.get(link).form
    form["user[password]"] = password
    form["user[password_confirmation]"] = password if again is None else again
    return form.submit(status=status)


def subjects(mails):
    return [mail["Subject"] for mail in mails]


def test_case_50_34_a_link_works_once_for_six_hours_and_signs_out_every_other_browser(site, post, people):
    user = people.add()
    elsewhere, browser = people.enter(user), site.browser()
    assert ask(browser).location == "http://localhost/users/sign_in"
    [mail] = post.collect()
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Reset password instructions")
    link = link_in(mail)

    answer = choose(browser, link)
    assert (answer.status_int, answer.location) == (303, "http://localhost/")
    assert browser.get("/projects").status_int == 200
    assert elsewhere.get("/projects").status_int == 302
    assert people.sign_in(site.browser(), user.email).status_int == 422
    assert people.sign_in(site.browser(), user.email, "another horse").status_int == 303

    again = choose(site.browser(), link, "third horse here")
    assert again.status_int == 422
    assert "was used already" in again.text
    assert people.sign_in(site.browser(), user.email, "another horse").status_int == 303

    ask(site.browser())
    link = next(link_in(mail) for mail in post.collect() if "Reset" in mail["Subject"])
    site.clock.forward(hours=6, minutes=1)
    late = choose(site.browser(), link, "third horse here")
    assert late.status_int == 422
    assert "older than six hours" in late.text


def test_the_owner_is_told_that_the_password_changed(site, post, people):
    people.add()
    ask(site.browser())
    choose(site.browser(), post.link())
    [mail] = post.collect()
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Your password was changed")
    assert "another horse" not in mail.get_content()


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("", "", "at least 8 characters"),
        ("short", "short", "at least 8 characters"),
        ("another horse", "another house", "The two passwords differ."),
        ("password1", "password1", "first that attackers try"),
    ],
)
def test_a_password_that_is_refused_leaves_the_link_good(site, post, people, password, again, sentence):
    people.add()
    ask(site.browser())
    link = post.link()
    browser = site.browser()
    answer = choose(browser, link, password, again)
    assert answer.status_int == 422
    assert sentence in answer.text
    assert choose(browser, link).status_int == 303


def test_a_later_link_replaces_an_earlier_one(site, post, people):
    people.add()
    ask(site.browser())
    early = post.link()
    ask(site.browser())
    late = post.link()
    assert choose(site.browser(), early).status_int == 422
    assert choose(site.browser(), late).status_int == 303


def test_nothing_but_a_digest_is_stored_and_no_queue_or_row_of_mail_holds_the_token(site, post, people):
    people.add()
    ask(site.browser())
    [row] = site.rows(AccountMail)
    assert site.rows(User)[0].reset_digest is None
    token = post.link().partition("=")[2]
    assert len(token) >= 43
    assert token not in str(vars(site.rows(User)[0]))
    assert token not in str(vars(row))


def test_without_an_account_the_answer_is_the_same_and_no_mail_is_sent(site, post, people):
    people.add()
    pages = [ask(site.browser(), email).follow().html.main.text for email in ("ana@example.com", "nobody@example.com")]
    assert pages[0] == pages[1]
    assert [mail["To"] for mail in post.collect()] == ["ana@example.com"]
    assert site.count(AccountMail) == 0


def test_somebody_who_never_confirmed_chooses_a_password_and_confirms_then(site, post, people):
    people.add(confirmed_at=None)
    browser = site.browser()
    ask(browser)
    answer = choose(browser, post.link())
    assert (answer.status_int, answer.location) == (303, "http://localhost/users/sign_in")
    assert site.count(UserSession) == 0
    mails = post.collect()
    assert sorted(subjects(mails)) == ["Confirmation instructions", "Your password was changed"]
    confirmation = next(mail for mail in mails if "Confirmation" in mail["Subject"])
    assert browser.get(link_in(confirmation)).status_int == 302
    assert site.rows(User)[0].confirmed_at is not None


def test_a_change_of_the_password_spoils_links_and_mails_that_were_asked_for_before(site, post, people):
    _, browser = people.newcomer()
    ask(site.browser())
    link = post.link()
    ask(site.browser())
    form = browser.get("/users/edit").forms["account"]
    form["user[password]"] = form["user[password_confirmation]"] = "chosen by hand"
    form["user[current_password]"] = "correct horse battery"
    form.submit(status=303)
    assert subjects(post.collect()) == ["Your password was changed"]
    assert choose(site.browser(), link).status_int == 422


def test_the_form_without_a_token_leads_to_sign_in(site):
    answer = site.browser().get("/users/password/edit")
    assert (answer.status_int, answer.location) == (302, "http://localhost/users/sign_in")


@pytest.mark.parametrize("token", ["", "guess", "\x00", "x" * 5_000])
def test_a_guess_is_no_link(site, people, token):
    people.add()
    browser = site.browser()
    fields = {
        "user[reset_password_token]": token,
        "user[password]": "another horse",
        "user[password_confirmation]": "another horse",
        "csrf_token": browser.get("/users/sign_in").form["csrf_token"].value,
    }
    assert browser.put("/users/password", fields, status=422)
    assert browser.post("/users/password/edit", fields, status=422)


def test_a_link_lasts_its_six_hours(site, post, people):
    people.add()
    ask(site.browser())
    link = post.link()
    site.clock.now += timedelta(hours=6)
    assert choose(site.browser(), link).status_int == 303
