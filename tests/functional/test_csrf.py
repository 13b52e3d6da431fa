from __future__ import annotations

import pytest

from logister_core.projects.models import Project

FORM = {
    "project[name]": "Shop",
    "project[integration_kind]": "python",
    "project[retention_policy_attributes][hot_retention_days]": "30",
}


def test_a_form_with_its_token_is_accepted(site, browser):
    token = token_on(browser, "/projects/new")
    assert browser.post("/projects", FORM | {"csrf_token": token}).status_int == 303


def test_the_token_may_come_in_a_header(browser):
    token = token_on(browser, "/projects/new")
    assert browser.post("/projects", FORM, headers={"X-CSRF-Token": token}).status_int == 303


@pytest.mark.parametrize("token", [None, "", "x", "é", "A" * 43])
def test_without_the_right_token_nothing_changes(site, browser, token):
    answer = browser.post("/projects", FORM if token is None else FORM | {"csrf_token": token}, status=422)
    assert "The change was not made" in answer.text
    assert site.count(Project) == 0


def test_the_token_is_not_taken_from_the_address(site, browser):
    token = token_on(browser, "/projects/new")
    browser.post(f"/projects?csrf_token={token}", FORM, status=422)


def test_the_token_of_somebody_else_is_wrong(site, people, browser):
    _, other = people.newcomer("bob@example.com")
    browser.post("/projects", FORM | {"csrf_token": token_on(other, "/projects/new")}, status=422)


def test_the_token_of_an_earlier_session_is_wrong(site, people):
    user = people.add()
    earlier, later = people.browser_of(user), people.browser_of(user)
    later.post("/projects", FORM | {"csrf_token": token_on(earlier, "/projects/new")}, status=422)


def test_a_token_from_before_sign_in_is_wrong_after_it(site, people):
    people.add()
    browser = site.browser()
    token = token_on(browser, "/users/sign_in")
    people.sign_in(browser, "ana@example.com")
    browser.post("/projects", FORM | {"csrf_token": token}, status=422)


def test_strangers_forms_are_protected_by_a_cookie_of_their_own(site, people):
    people.add()
    fields = {"user[email]": "ana@example.com", "user[password]": "correct horse battery"}
    visitor, stranger = site.browser(), site.browser()
    fields["csrf_token"] = token_on(visitor, "/users/sign_in")
    stranger.post("/users/sign_in", fields, status=422)
    assert visitor.post("/users/sign_in", fields).status_int == 303


def test_the_visitor_cookie_is_set_once_and_keeps_its_token(site):
    browser = site.browser()
    first = browser.get("/users/sign_in")
    second = browser.get("/users/sign_in")
    assert "HttpOnly; SameSite=Lax" in first.headers["Set-Cookie"]
    assert "Set-Cookie" not in second.headers
    assert first.form["csrf_token"].value == second.form["csrf_token"].value


def test_a_post_without_cookie_is_refused_and_gets_none(site):
    answer = site.browser().post("/users/sign_in", {"csrf_token": "x"}, status=422)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:80"},
        {"Origin": "https://logister.example.com"},
        {"Referer": "http://localhost/projects/new?x=1"},
    ],
)
def test_a_form_on_our_own_pages_is_accepted(make_site, people_of, headers):
    site = make_site(LOGISTER_PUBLIC_URL="https://logister.example.com")
    _, browser = people_of(site).newcomer()
    fields = FORM | {"csrf_token": token_on(browser, "/projects/new")}
    assert browser.post("/projects", fields, headers=headers).status_int == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://[bad"},
        {"Referer": "http://evil.example/http://localhost/"},
        {"Origin": "http://evil.example", "Referer": "http://localhost/"},
    ],
)
def test_a_form_on_another_site_is_refused_even_with_the_token(site, browser, headers):
    fields = FORM | {"csrf_token": token_on(browser, "/projects/new")}
    browser.post("/projects", fields, headers=headers, status=422)
    assert site.count(Project) == 0


def test_telemetry_needs_no_token(site):
    # 401, not 422: what is missing is the API key.
    assert site.post("/api/v1/ingest_events", {"event": {}}).status_int == 401


@pytest.fixture
def browser(people):
    return people.newcomer()[1]


def token_on(browser, page):
    return browser.get(page).html.find("input", {"name": "csrf_token"})["value"]
