from __future__ import annotations

import re

import pytest

PRODUCTION = {"LOGISTER_ENV": "production", "LOGISTER_SECRET_KEY": "s" * 40}
HTTPS = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "logister.example.com"}
HTTP = HTTPS | {"HTTP_X_FORWARDED_PROTO": "http"}


def test_pages_allow_nothing_but_what_they_are_made_of(site):
    headers = site.browser().get("/users/sign_in").headers
    policy = headers["Content-Security-Policy"]
    for rule in (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy.split("; ")
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()"


@pytest.mark.parametrize("page", ["/projects", "/projects/new", "/projects/{project}", "/projects/{project}/setup"])
def test_signed_in_pages_are_kept_by_nobody_and_hold_no_inline_code(people, page):
    user, browser = people.newcomer()
    answer = browser.get(page.format(project=people.project(user).uuid))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.html.find("meta", {"name": "robots"})["content"] == "noindex,nofollow"
    assert not [script for script in answer.html.find_all("script") if not script.get("src")]
    assert not answer.html.find_all("style")
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", answer.text)


def test_redirects_and_error_pages_have_the_headers_too(site):
    for path, status in (("/projects", 302), ("/nowhere", 404)):
        headers = site.browser().get(path, status=status).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "no-store" in headers["Cache-Control"]


def test_static_files_keep_their_own_cache_rules(site):
    headers = site.browser().get("/static/mark.svg").headers
    assert "max-age" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_answers_for_programs_carry_no_page_rules(site):
    headers = site.post("/api/v1/ingest_events", {}).headers
    assert "Content-Security-Policy" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_outside_production_nothing_insists_on_https(site):
    answer = site.browser().get("/users/sign_in")
    assert "Strict-Transport-Security" not in answer.headers
    assert "secure" not in answer.headers["Set-Cookie"].lower()


def test_in_production_cookies_and_browsers_stay_on_https(production):
    answer = production.browser().get("/users/sign_in", extra_environ=HTTPS)
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert answer.headers["Set-Cookie"].startswith("__Host-logister_visitor=")
    assert "; secure; HttpOnly; SameSite=Lax" in answer.headers["Set-Cookie"]


def test_case_80_9_plain_http_is_sent_to_https_in_production(production):
    answer = production.browser().get("/users/sign_in?next=/a", extra_environ=HTTP)
    assert (answer.status_int, answer.location) == (301, "https://logister.example.com/users/sign_in?next=/a")
    assert answer.headers["Strict-Transport-Security"]


def test_a_post_over_plain_http_keeps_its_method(production):
    answer = production.browser().post("/users/sign_in", extra_environ=HTTP, status="*")
    assert (answer.status_int, answer.location) == (308, "https://logister.example.com/users/sign_in")


def test_somebody_who_is_no_proxy_of_ours_cannot_claim_https(production):
    answer = production.browser().get("/users/sign_in", extra_environ=HTTPS | {"REMOTE_ADDR": "203.0.113.9"})
    assert answer.status_int == 301


def test_case_80_9_health_is_answered_over_plain_http(production):
    assert production.browser().get("/up", extra_environ=HTTP).status_int == 200


def test_telemetry_over_plain_http_is_answered_and_never_redirected(production):
    answer = production.browser().post_json("/api/v1/ingest_events", {}, extra_environ=HTTP, status="*")
    assert answer.status_int == 401


def test_signing_in_through_a_proxy_works_in_production(production, people_of):
    people_of(production).add()
    browser = production.browser()
    browser.extra_environ.update(HTTPS | {"HTTP_X_FORWARDED_FOR": "198.51.100.7"})
    form = browser.get("/users/sign_in").form
    form["user[email]"] = "ana@example.com"
    form["user[password]"] = "correct horse battery"
    origin = {"Origin": "https://logister.example.com", "Cookie": cookies(browser)}
    answer = browser.post("/users/sign_in", form.submit_fields(), headers=origin)
    assert answer.status_int == 303
    [header] = [value for value in answer.headers.getall("Set-Cookie") if "session" in value]
    assert header.startswith("__Host-logister_session=")
    assert "; Path=/; secure; HttpOnly; SameSite=Lax" in header


@pytest.fixture
def production(make_site):
    return make_site(**PRODUCTION)


def cookies(browser):
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
