"""A person's own pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functional.conftest import link_in
from logister_core.accounts.models import User, UserSession
from logister_core.accounts.user_agents import browser_name
from logister_core.audit.models import AuditEntry

PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def change(browser, status=303, current=PASSWORD, **fields):
    form = browser.get("/users/edit").forms["account"]
    for name, value in fields.items():
        form[f"user[{name}]"] = value
    form["user[current_password]"] = current
    return form.submit(status=status)


def actions(site):
    return [entry.action for entry in site.rows(AuditEntry)]


def test_the_profile_shows_who_one_is(site, people):
    user, browser = people.newcomer()
    text = browser.get("/profile").html.main.text
    for part in ("Ana", "ana@example.com", str(user.uuid)):
        assert part in text
    assert browser.get("/projects").html.find("a", {"href": "/profile"})


def test_a_name_is_changed_and_may_be_empty(site, people):
    _, browser = people.newcomer()
    form = browser.get("/profile/edit").forms[1]
    form["user[name]"] = "  Ana\nMaria "
    answer = form.submit()
    assert (answer.status_int, answer.location) == (303, "http://localhost/profile")
    assert site.rows(User)[0].name == "Ana Maria"
    form["user[name]"] = ""
    assert form.submit().status_int == 303
    assert site.rows(User)[0].name == ""
    form["user[name]"] = "x" * 101
    assert "at most 100 characters" in form.submit(status=422).text
    token = form["csrf_token"].value
    assert browser.patch("/profile", {"user[name]": "Bea", "csrf_token": token}).status_int == 303
    assert site.rows(User)[0].name == "Bea"


def test_the_short_address_of_security_leads_to_it(site, people):
    for browser in (site.browser(), people.newcomer()[1]):
        assert browser.get("/account/security").location == "http://localhost/users/edit"
    assert site.browser().get("/users/edit").location == "http://localhost/users/sign_in?next=/users/edit"


def test_nothing_changes_without_the_present_password(site, people, post):
    _, browser = people.newcomer()
    page = change(browser, 422, "wrong wrong", name="Eve", email="eve@example.com", password="x" * 9)
    assert "This is not your password." in page.text
    [user] = site.rows(User)
    assert (user.name, user.unconfirmed_email) == ("Ana", None)
    assert post.collect() == []


def test_who_took_over_a_session_cannot_guess_the_password_for_ever(site, people):
    _, browser = people.newcomer()
    for _ in range(10):
        change(browser, 422, "wrong wrong")
    answer = change(browser, 429)
    assert answer.headers["Retry-After"] == "30"
    site.clock.forward(seconds=30)
    change(browser, 303)


def test_a_new_password_ends_every_other_session_and_tells_the_owner(site, people, post):
    user, browser = people.newcomer()
    other, remembered = people.enter(user), site.browser()
    people.sign_in(remembered, user.email, remember_me=True)
    answer = change(browser, password="another horse", password_confirmation="another horse")
    assert answer.location == "http://localhost/users/edit"
    assert browser.get("/projects").status_int == 200
    assert [gone.get("/projects").status_int for gone in (other, remembered)] == [302, 302]
    [mail] = post.collect()
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Your password was changed")
    assert people.sign_in(site.browser(), user.email, "another horse").status_int == 303
    assert "account.password_changed" in actions(site)


def test_an_empty_password_stays_what_it_is(site, people, post):
    user, browser = people.newcomer()
    before = site.rows(User)[0].password_hash
    change(browser, name="Bea")
    assert (site.rows(User)[0].name, site.rows(User)[0].password_hash) == ("Bea", before)
    assert post.collect() == []
    assert people.sign_in(site.browser(), user.email).status_int == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "short", "password_confirmation": "short"}, "at least 8 characters"),
        ({"password": "another horse"}, "The two passwords differ."),
        ({"password": "password1", "password_confirmation": "password1"}, "first that attackers try"),
        ({"email": "nobody"}, "Enter an e-mail address."),
        ({"name": "x" * 101}, "at most 100 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(site, people, fields, sentence):
    _, browser = people.newcomer()
    before = vars(site.rows(User)[0])
    page = change(browser, 422, **{"name": "Bea"} | fields)
    assert sentence in page.text
    after = vars(site.rows(User)[0])
    assert {name: after[name] for name in before if name[0] != "_"} == {
        name: before[name] for name in before if name[0] != "_"
    }


def test_a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(site, people, post):
    user, browser = people.newcomer()
    change(browser, email=" Bea@Example.com")
    assert "bea@example.com waits to be confirmed" in browser.get("/users/edit").text
    [mail] = post.collect()
    assert (mail["To"], mail["Subject"]) == ("bea@example.com", "Confirmation instructions")
    assert people.sign_in(site.browser(), "ana@example.com").status_int == 303
    assert people.sign_in(site.browser(), "bea@example.com").status_int == 422

    answer = browser.get(link_in(mail))
    assert (answer.status_int, answer.location) == (302, "http://localhost/")
    assert [row.email for row in site.rows(User)] == ["bea@example.com"]
    [mail] = post.collect()
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Your e-mail address was changed")
    assert people.sign_in(site.browser(), "bea@example.com").status_int == 303
    assert people.sign_in(site.browser(), "ana@example.com").status_int == 422
    assert user.confirmed_at == site.rows(User)[0].confirmed_at
    assert {"account.email_change_asked", "account.email_changed"} <= set(actions(site))


def test_another_browser_confirms_the_new_address_with_the_password(site, people, post):
    _, browser = people.newcomer()
    change(browser, email="bea@example.com")
    link = post.link()
    stranger = site.browser()
    page = stranger.get(link)
    assert site.rows(User)[0].email == "ana@example.com"
    page.form["user[password]"] = PASSWORD
    page.form.submit(status=303)
    assert site.rows(User)[0].email == "bea@example.com"


def test_a_change_of_address_can_be_taken_back(site, people, post):
    _, browser = people.newcomer()
    change(browser, email="bea@example.com")
    link = post.link()
    change(browser, email="ana@example.com")
    assert site.rows(User)[0].unconfirmed_email is None
    assert browser.get(link, status=422)
    assert site.rows(User)[0].email == "ana@example.com"


class TestWhileANewAddressWaits:
    @pytest.fixture
    def browser(self, people, post):
        _, browser = people.newcomer()
        change(browser, email="bea@example.com")
        return browser

    @staticmethod
    def press(browser, action, status=303, **fields):
        page = browser.get("/users/edit")
        [form] = [form for form in page.forms.values() if form.action == f"/users/new_address/{action}"]
        return browser.post(form.action, {"csrf_token": form["csrf_token"].value, **fields}, status=status)

    def test_the_mail_comes_again_and_replaces_the_one_before(self, site, browser, post):
        first = post.link()
        # Whatever else is sent: to the address that waits, and nowhere else.
        answer = self.press(browser, "resend", **{"user[email]": "victim@example.com"})
        assert "The mail to bea@example.com is on its way." in answer.follow().text
        [mail] = post.collect()
        assert mail["To"] == "bea@example.com"
        assert browser.get(first, status=422)
        browser.get(link_in(mail), status=302)
        assert site.rows(User)[0].email == "bea@example.com"

    def test_it_comes_as_often_as_strangers_may_ask(self, site, browser, post):
        post.collect()
        for _ in range(2):
            self.press(browser, "resend")
        answer = self.press(browser, "resend", 429)
        assert answer.headers["Retry-After"] == "600"
        assert len(post.collect()) == 2
        site.clock.forward(minutes=10)
        self.press(browser, "resend")

    def test_a_taken_address_is_answered_like_any_other_and_told_to_its_owner(self, people, browser, post):
        people.add("bea@example.com")
        answer = self.press(browser, "resend")
        assert "The mail to bea@example.com is on its way." in answer.follow().text
        assert {mail["Subject"] for mail in post.collect()} == {"You have an account already"}

    def test_it_is_taken_back_and_no_link_to_it_works(self, site, browser, post):
        link = post.link()
        self.press(browser, "resend")
        answer = self.press(browser, "cancel")
        page = answer.follow()
        assert "Your address stays ana@example.com." in page.text
        assert "/users/new_address" not in page.text
        assert post.collect() == []
        assert browser.get(link, status=422)
        assert [row.email for row in site.rows(User)] == ["ana@example.com"]
        assert "account.email_change_taken_back" in actions(site)

    def test_without_a_change_nothing_happens(self, site, people, post):
        _, browser = people.newcomer()
        token = browser.get("/users/edit").forms["account"]["csrf_token"].value
        for action in ("resend", "cancel"):
            browser.post(f"/users/new_address/{action}", {"csrf_token": token}, status=303)
        assert post.collect() == []
        assert actions(site) == []

    def test_other_addresses_cannot_be_mailed_without_end(self, browser, post):
        for number in range(4):
            change(browser, email=f"victim{number}@example.com")
        change(browser, 429, email="victim9@example.com")
        # What mails nobody goes on.
        change(browser, name="Bea")

    def test_who_was_let_in_before_the_confirmation_asks_again_too(self, site, people, post):
        people.add("eve@example.com", confirmed_at=None, admitted_at=site.clock())
        browser = site.browser()
        people.sign_in(browser, "eve@example.com")
        self.press(browser, "resend")
        browser.get(post.link(), status=302)
        assert site.rows(User)[0].confirmed_at == site.clock()
        assert "waits to be confirmed" not in browser.get("/users/edit").text


def test_a_link_to_one_new_address_does_not_confirm_the_next(site, people, post):
    _, browser = people.newcomer()
    change(browser, email="bea@example.com")
    link = post.link()
    change(browser, email="victim@example.com")
    assert browser.get(link, status=422)
    assert site.rows(User)[0].email == "ana@example.com"


def test_who_was_let_in_by_an_invitation_confirms_no_address_with_the_link_to_another(site, people, post):
    people.add("boss@example.com", confirmed_at=None, admitted_at=site.clock())
    browser = site.browser()
    people.sign_in(browser, "boss@example.com")
    change(browser, email="eve@example.com")
    [mail] = post.collect()
    assert mail["To"] == "eve@example.com"
    change(browser, email="boss@example.com")
    assert browser.get(link_in(mail), status=422)
    assert site.rows(User)[0].confirmed_at is None

    change(browser, email="eve@example.com")
    browser.get(post.link(), status=302)
    [user] = site.rows(User)
    assert (user.email, user.confirmed_at) == ("eve@example.com", site.clock())


def test_an_address_that_is_taken_is_answered_like_any_other_and_told_to_its_owner(site, people, post):
    people.add("bea@example.com")
    _, browser = people.newcomer()
    pages = []
    for address in ("bea@example.com", "cyd@example.com"):
        change(browser, email=address)
        pages.append(browser.get("/users/edit").text.replace(address, "…"))
        [mail] = post.collect()
        assert mail["To"] == address
        assert ("already" in mail["Subject"]) == (address == "bea@example.com")
    assert without_tokens(pages[0]) == without_tokens(pages[1])


def test_an_address_that_was_taken_meanwhile_is_not_taken_over(site, people, post):
    _, browser = people.newcomer()
    change(browser, email="bea@example.com")
    link = post.link()
    people.add("bea@example.com")
    page = browser.get(link, status=422)
    assert "Another account has this e-mail address by now." in page.text
    assert sorted(row.email for row in site.rows(User)) == ["ana@example.com", "bea@example.com"]


def test_put_changes_the_account_as_well(site, people):
    _, browser = people.newcomer()
    token = browser.get("/users/edit").forms["account"]["csrf_token"].value
    fields = {"user[name]": "Bea", "user[current_password]": PASSWORD, "csrf_token": token}
    assert browser.put("/users", fields).status_int == 303
    assert browser.patch("/users", fields | {"user[name]": "Cyd"}).status_int == 303
    assert site.rows(User)[0].name == "Cyd"


class TestSessions:
    def test_they_are_listed_with_browser_and_address(self, site, people):
        user, browser = people.newcomer()
        elsewhere = site.browser()
        elsewhere.extra_environ = {"HTTP_USER_AGENT": FIREFOX, "REMOTE_ADDR": "203.0.113.9"}
        people.sign_in(elsewhere, user.email)
        text = browser.get("/users/edit").html.find("table").text
        assert "Firefox on Linux" in text
        assert "203.0.113.9" in text
        assert "this one" in text

    def test_one_is_ended(self, site, people):
        user, browser = people.newcomer()
        other = people.enter(user)
        page = browser.get("/users/edit")
        [form] = {
            form for form in page.forms.values() if "/users/sessions/" in form.action and form.action.endswith("/end")
        }
        assert form.submit().location == "http://localhost/users/edit#sessions"
        assert other.get("/projects").status_int == 302
        assert browser.get("/projects").status_int == 200
        assert "account.session_ended" in actions(site)

    def test_all_others_are_ended(self, site, people):
        user, browser = people.newcomer()
        others = [people.enter(user) for _ in range(2)]
        page = browser.get("/users/edit")
        form = next(form for form in page.forms.values() if form.action == "/users/sessions/end_others")
        form.submit(status=303)
        assert [other.get("/projects").status_int for other in others] == [302, 302]
        assert browser.get("/projects").status_int == 200

    def test_those_of_others_are_neither_seen_nor_ended(self, site, people):
        victim, victims_browser = people.newcomer("victim@example.com")
        _, browser = people.newcomer()
        theirs = next(row for row in site.rows(UserSession) if row.user_id == victim.id)
        page = browser.get("/users/edit")
        assert str(theirs.uuid) not in page.text
        token = page.forms["account"]["csrf_token"].value
        browser.post(f"/users/sessions/{theirs.uuid}/end", {"csrf_token": token}, status=404)
        browser.post("/users/sessions/nonsense/end", {"csrf_token": token}, status=404)
        assert victims_browser.get("/projects").status_int == 200

    def test_those_that_ended_are_not_listed(self, site, people):
        user, browser = people.newcomer()
        people.enter(user)
        with site.write() as db:
            for row in site.rows(UserSession)[1:]:
                db.merge(row).expires_at = site.clock() - timedelta(seconds=1)
        assert len(browser.get("/users/edit").html.find("table").find("tbody").find_all("tr")) == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_have_the_names_that_people_know(user_agent, name):
    assert browser_name(user_agent) == name


def without_tokens(page):
    return [line for line in page.splitlines() if "csrf_token" not in line]
