from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from logister_core.accounts.administrators import administers
from logister_core.accounts.models import User, UserSession
from logister_core.installation.models import Installation
from logister_core.installation.setup_token import current_setup_token, ensure_setup_token

TOKEN = "sesame-open-sesame"
LINK = f"/setup?token={TOKEN}"


@pytest.fixture
def site(make_site):
    return make_site(LOGISTER_SETUP_TOKEN=TOKEN)


def test_case_50_8_the_right_token_makes_the_first_administrator(site):
    browser = site.browser()
    answer = claim(browser)
    assert (answer.status_int, answer.location) == (303, "http://localhost/admin/installation/general")
    [user] = site.rows(User)
    assert (user.email, user.name, user.application_admin) == ("ana@example.com", "Ana", True)
    assert user.confirmed_at == site.clock()
    [installation] = site.rows(Installation)
    assert (installation.claimed_at, installation.claimed_by_user_id) == (site.clock(), user.id)
    assert installation.onboarding_required
    assert installation.completed_at is None
    assert "You administer this installation now." in answer.follow().text


def test_case_50_9_a_wrong_token_makes_nobody(site):
    browser = site.browser()
    form = browser.get("/setup?token=open-barley").form
    answer = fill_in(form).submit(status=422)
    assert "This is not the set-up token" in answer.text
    assert TOKEN not in answer.text
    assert "open-barley" not in answer.text
    assert site.count(User) == 0
    assert site.rows(Installation)[0].claimed_at is None


def test_without_a_token_in_the_link_the_page_asks_for_it(site):
    form = site.browser().get("/setup").form
    assert form["setup_token"].value == ""
    form["setup_token"] = TOKEN
    assert fill_in(form).submit().status_int == 303


def test_an_empty_token_is_wrong(site):
    fields = {"setup_token": "", "user[email]": "ana@example.com"}
    browser = site.browser()
    fields["csrf_token"] = browser.get("/setup").form["csrf_token"].value
    browser.post("/setup", fields, status=422)
    assert site.count(User) == 0


def test_case_50_10_once_claimed_the_page_leads_to_sign_in(site):
    claim(site.browser())
    answer = site.browser().get(LINK)
    assert (answer.status_int, answer.location) == (302, "http://localhost/users/sign_in")
    assert "first administrator already" in answer.follow().text


def test_a_late_form_does_not_claim_again(site):
    late = site.browser()
    form = fill_in(late.get(LINK).form, email="eve@example.com")
    claim(site.browser())
    answer = form.submit()
    assert (answer.status_int, answer.location) == (302, "http://localhost/users/sign_in")
    assert [user.email for user in site.rows(User)] == ["ana@example.com"]


def test_case_50_11_of_two_claims_at_once_one_succeeds(site):
    forms = [fill_in(site.browser().get(LINK).form, email=f"{name}@example.com") for name in ("ana", "eve")]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda form: form.submit(), forms))
    assert sorted(answer.status_int for answer in answers) == [302, 303]
    assert site.count(User) == 1


def test_accounts_made_before_do_not_close_the_claim(site):
    site.user("bob@example.com")
    assert claim(site.browser()).status_int == 303


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": "nobody"}, "Enter an e-mail address."),
        ({"email": "Bob@example.com"}, "There is an account with this e-mail address already."),
        ({"password": "short", "password_confirmation": "short"}, "at least 8 characters"),
        ({"password": "password1", "password_confirmation": "password1"}, "first that attackers try"),
        ({"password_confirmation": "something else"}, "The two passwords differ."),
        ({"name": "x" * 101}, "A name has at most 100 characters."),
    ],
)
def test_what_is_wrong_is_said_and_the_token_need_not_come_again(site, fields, message):
    site.user("bob@example.com")
    form = fill_in(site.browser().get(LINK).form, **fields)
    answer = form.submit(status=422)
    assert message in answer.text
    assert answer.form["user[password]"].value == ""
    assert site.rows(Installation)[0].claimed_at is None
    assert fill_in(answer.form).submit().status_int == 303


def test_the_administrator_is_signed_in_with_a_new_session(site):
    browser = site.browser()
    browser.set_cookie("logister_session", "planted-by-somebody")
    claim(browser)
    assert browser.cookies["logister_session"] != "planted-by-somebody"
    assert site.count(UserSession) == 1
    assert browser.get("/admin/installation").status_int == 200


def test_other_sites_never_see_the_address_with_the_token(site):
    answer = site.browser().get(LINK)
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.html.find("meta", {"name": "robots"})["content"]


def test_without_a_variable_a_token_is_made_kept_and_removed_after_use(make_site):
    site = make_site()
    token = ensure_setup_token(site.registry.engine, site.settings)
    file = site.home / "setup-token"
    assert file.read_text().strip() == token == current_setup_token(site.settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ensure_setup_token(site.registry.engine, site.settings) == token
    assert claim(site.browser(), link=f"/setup?token={token}").status_int == 303
    assert not file.exists()
    assert ensure_setup_token(site.registry.engine, site.settings) is None
    assert not file.exists()


def test_a_refused_claim_keeps_the_token(make_site):
    site = make_site()
    token = ensure_setup_token(site.registry.engine, site.settings)
    fill_in(site.browser().get(f"/setup?token={token}").form, email="nobody").submit(status=422)
    assert current_setup_token(site.settings) == token


def test_without_any_token_the_page_says_what_to_do(make_site):
    page = make_site().browser().get("/setup")
    assert "LOGISTER_SETUP_TOKEN" in page.text
    assert not page.forms


def test_in_production_no_token_is_made(make_site):
    site = make_site(LOGISTER_ENV="production", LOGISTER_SECRET_KEY="s" * 40)
    assert ensure_setup_token(site.registry.engine, site.settings) is None
    assert current_setup_token(site.settings) is None
    assert not (site.home / "setup-token").exists()


def test_in_production_the_chosen_token_is_not_printed(make_site):
    site = make_site(LOGISTER_ENV="production", LOGISTER_SECRET_KEY="s" * 40, LOGISTER_SETUP_TOKEN=TOKEN)
    assert ensure_setup_token(site.registry.engine, site.settings) is None
    assert current_setup_token(site.settings) == TOKEN


def test_administrators_have_the_flag_or_a_listed_confirmed_address(site):
    listed = ("ana@example.com",)
    assert administers(User(email="x@example.com", application_admin=True), ())
    assert not administers(User(email="x@example.com", application_admin=False, confirmed_at=site.clock()), listed)
    assert administers(User(email="ana@example.com", application_admin=False, confirmed_at=site.clock()), listed)
    assert not administers(User(email="ana@example.com", application_admin=False, confirmed_at=None), listed)


def claim(browser, link=LINK):
    return fill_in(browser.get(link).form).submit()


def fill_in(form, **fields):
    values = {
        "name": "Ana",
        "email": "ana@example.com",
        "password": "correct horse battery",
        "password_confirmation": "correct horse battery",
    }
    for name, value in (values | fields).items():
        form[f"user[{name}]"] = value
    return form
