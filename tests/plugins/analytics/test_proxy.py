"""What the proxy passes on in both directions; the server behind it behaves like Probo's (accounts chapter §16)."""

from __future__ import annotations

import pytest

from logister_plugins.analytics import proxy
from support.probo import API, BANNER
from support.upstream import Reply

HERE = "/api/cookie-banner/v1"


@pytest.fixture
def site(make_site, upstream):
    return make_site(**upstream.environ)


def paths(upstream):
    return [asked.path for asked in upstream.server.asked]


def test_case_50_37_a_report_is_passed_on_and_the_answer_comes_back(site, upstream):
    body = b'{"cookies": ["_ga"]}'
    answer = site.browser().post(f"{HERE}/{BANNER}/report", body, content_type="application/json", status=201)
    assert answer.json == {"ok": True}
    assert answer.content_type == "application/json"
    [asked] = upstream.server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", f"{API}/{BANNER}/report", body)


@pytest.mark.parametrize(
    "path",
    [
        "other-banner/report",
        "banner-1/../x",
        "banner-1/..",
        "banner-1/%2e%2e/x",
        "../banner-1/config",
        "banner-10/config",
        "banner-1%2f..%2fx",
        "banner-1/a b",
        "banner-1/config%0aX:1",
        "banner-1/caf%C3%A9",
        "banner-1/@evil.example",
        "",
    ],
)
def test_case_50_37_what_is_not_of_our_banner_is_not_found_and_nobody_is_asked(site, upstream, path):
    for method in ("GET", "POST"):
        answer = site.browser().request(f"{HERE}/{path}", method=method, status=404)
        assert answer.content_type == "application/json"
    assert upstream.server.asked == []


def test_case_50_37_while_the_upstream_refuses_connections_the_answer_is_502(make_site, upstream, caplog):
    site = make_site(**upstream.environ | {"PROBO_COOKIE_BANNER_BASE_URL": "http://127.0.0.1:1/api"})
    answer = site.browser().get(f"{HERE}/{BANNER}/config", status=502)
    assert answer.body == b""
    assert "analytics.upstream_failed reason=ConnectionRefusedError" in caplog.text


def test_the_address_query_and_a_few_headers_are_passed_on_and_no_more(site, upstream):
    browser = site.browser()
    browser.get("/users/sign_in")
    browser.extra_environ["REMOTE_ADDR"] = "203.0.113.7"
    headers = {
        "Accept": "application/json",
        "User-Agent": "Browser/1",
        "Authorization": "Bearer secret",
        "Referer": "http://localhost/users/password/edit?reset_password_token=abc",
        "X-Forwarded-For": "198.51.100.1",
        "X-Anything": "1",
    }
    browser.get(f"{HERE}/{BANNER}/config?lang=de&v=1%202", headers=headers)
    [asked] = upstream.server.asked
    assert asked.path == f"{API}/{BANNER}/config?lang=de&v=1%202"
    sent = {name.lower(): value for name, value in asked.headers.items()}
    assert {name: sent[name] for name in ("accept", "user-agent")} == {
        "accept": "application/json",
        "user-agent": "Browser/1",
    }
    assert sent["x-forwarded-for"] == "203.0.113.7"
    assert (sent["x-forwarded-host"], sent["x-forwarded-proto"]) == ("localhost:80", "http")
    ours = {"accept", "user-agent", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
    assert set(sent) - ours == {"host", "connection", "accept-encoding"}


def test_only_body_type_and_life_come_back(site):
    answer = site.browser().get(f"{HERE}/{BANNER}/config")
    assert answer.json["categories"] == ["necessary", "analytics"]
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers
    assert "X-Upstream" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_refusals_come_back_as_they_are(site, upstream):
    assert site.browser().get(f"{HERE}/{BANNER}/consents/nobody", status=404).json == {"error": "not_found"}
    upstream.disturbance = Reply(204)
    answer = site.browser().post(f"{HERE}/{BANNER}/report", status=204)
    assert answer.headers.get("Content-Type") in (None, "application/json")


def test_an_answer_without_a_type_is_data(site, upstream):
    upstream.disturbance = Reply(200, b"<script>alert(1)</script>")
    assert site.browser().get(f"{HERE}/{BANNER}/config").headers["Content-Type"] == "application/json"


def test_redirects_are_not_followed(site, upstream):
    upstream.disturbance = Reply(302, headers={"Location": f"{upstream.server.base}/elsewhere"})
    answer = site.browser().get(f"{HERE}/{BANNER}/config", status=302)
    assert "Location" not in answer.headers
    assert paths(upstream) == [f"{API}/{BANNER}/config"]


def test_a_body_of_64_kib_is_passed_on_and_a_longer_one_is_not(site, upstream):
    browser = site.browser()
    # So that no file is made of it, which nobody would close.
    browser.extra_environ["webob.is_body_seekable"] = True
    browser.post(f"{HERE}/{BANNER}/report", b"x" * 65_536, status=201)
    answer = browser.post(f"{HERE}/{BANNER}/report", b"x" * 65_537, status=413)
    assert "error" in answer.json
    assert len(upstream.server.asked) == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_passed_on(site, upstream, method):
    site.browser().request(f"{HERE}/{BANNER}/config", method=method, status=404)
    assert upstream.server.asked == []


@pytest.mark.parametrize(
    "reply",
    [Reply(silent=True), Reply(200, b"{", drips=True), Reply(200, b"x" * 1_100_000)],
    ids=["says nothing", "never ends", "is too long"],
)
def test_an_upstream_that_is_no_use_is_given_up(site, upstream, monkeypatch, reply):
    monkeypatch.setattr(proxy, "PATIENCE", 0.2)
    upstream.disturbance = reply
    assert site.browser().get(f"{HERE}/{BANNER}/config", status=502).body == b""
    # The next visitors do not wait for it, either.
    upstream.disturbance = None
    site.browser().get(f"{HERE}/{BANNER}/config", status=502)
    assert len(upstream.server.asked) == 1


@pytest.mark.parametrize(
    "off", [{"PROBO_COOKIE_BANNER_PROXY_ENABLED": "no"}, {"LOGISTER_COOKIE_CONSENT_ENABLED": "no"}]
)
def test_switched_off_there_is_no_such_address(make_site, upstream, off):
    site = make_site(**upstream.environ | off)
    site.browser().get(f"{HERE}/{BANNER}/config", status=404)
    assert upstream.server.asked == []
