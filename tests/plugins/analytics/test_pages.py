"""What stands in which pages, and what their policy allows (specification, accounts §15 and §16)."""

from __future__ import annotations

import re

import pytest

import logister_plugins.analytics as analytics
from logister_core import plugins
from logister_core.settings import SettingsError
from logister_core.testing import PluginContract
from support.probo import BANNER, SCRIPT

TAGS = {"GOOGLE_TAG_ID": "G-ABC123", "CLOUDFLARE_WEB_ANALYTICS_TOKEN": "cf0token"}
GOOGLE = "https://www.googletagmanager.com/gtag/js?id=G-ABC123"
CLOUDFLARE = "https://static.cloudflareinsights.com/beacon.min.js"
PAGES = ("/", "/about", "/users/sign_in")
PRODUCTION = {"LOGISTER_ENV": "production", "LOGISTER_SECRET_KEY": "s" * 40}
HTTPS = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "logister.example.com", "REMOTE_ADDR": "10.0.0.1"}
# Different in every answer, or every minute.
CHANGING = re.compile(r'name="csrf_token" value="[^"]*"')


@pytest.fixture
def make(make_site, upstream, tmp_path):
    """A server with a banner and all pages, unless told otherwise."""
    (tmp_path / "about.txt").write_text("Us.")
    basics = {"LOGISTER_LANDING_PAGE": "true", "LOGISTER_PAGES_DIR": str(tmp_path)}
    return lambda **environ: make_site(**basics | upstream.environ | environ)


class TestContract(PluginContract):
    @pytest.fixture
    def plugin(self):
        return analytics

    @pytest.fixture
    def environ(self):
        return {
            "PROBO_COOKIE_BANNER_ID": BANNER,
            "PROBO_COOKIE_BANNER_BASE_URL": "https://probo.example.com/api",
        } | TAGS


def scripts(answer):
    """Sources of the scripts at the end of the body, in their order."""
    return [script["src"] for script in answer.html.select("body > script")]


def policy(answer):
    directives = (directive.split(" ") for directive in answer.headers["Content-Security-Policy"].split("; "))
    return {name: sources for name, *sources in directives}


def test_the_banner_stands_at_the_end_of_every_page(make, upstream, people_of):
    site = make()
    _, signed_in = people_of(site).newcomer()
    for browser, page in (*((site.browser(), page) for page in PAGES), (signed_in, "/projects")):
        answer = browser.get(page)
        [script] = answer.html.select("body > script")
        assert script["src"] == f"{upstream.server.base}{SCRIPT}"
        assert script["data-banner-id"] == BANNER
        assert script["data-base-url"] == "http://localhost/api/cookie-banner/v1"
        assert script["data-position"] == "bottom-left"
        assert answer.html.find("body").find_all(recursive=False)[-1] is script
        assert policy(answer)["script-src"] == ["'self'", f"{upstream.server.base}{SCRIPT}"]
        assert policy(answer)["style-src"] == ["'self'", "'unsafe-inline'"]
        assert "connect-src" not in policy(answer)
        links = answer.html.select("footer .foot-links probo-settings-link")
        assert [link.text for link in links] == ([] if page == "/projects" else ["Cookie preferences"])


def test_without_the_proxy_browsers_ask_probo_themselves(make, upstream):
    site = make(PROBO_COOKIE_BANNER_PROXY_ENABLED="false", PROBO_COOKIE_BANNER_POSITION="Bottom-Right")
    answer = site.browser().get("/users/sign_in")
    [script] = answer.html.select("body > script")
    assert script["data-base-url"] == f"{upstream.server.base}/api/cookie-banner/v1"
    assert script["data-position"] == "bottom-right"
    assert policy(answer)["connect-src"] == ["'self'", upstream.server.base]


def test_case_50_38_without_a_banner_there_are_no_analytics(make):
    for missing in ({"PROBO_COOKIE_BANNER_ID": ""}, {"LOGISTER_COOKIE_CONSENT_ENABLED": "false"}):
        site = make(LOGISTER_ANALYTICS_ENABLED="true", **TAGS | missing)
        for page in PAGES:
            answer = site.browser().get(page)
            assert scripts(answer) == []
            assert "G-ABC123" not in answer.text
            assert "cf0token" not in answer.text


def test_case_50_38_outside_production_analytics_are_for_those_who_ask_for_them(make, upstream):
    for page in PAGES:
        assert scripts(make(**TAGS).browser().get(page)) == [f"{upstream.server.base}{SCRIPT}"]
        answer = make(LOGISTER_ANALYTICS_ENABLED="true", **TAGS).browser().get(page)
        assert scripts(answer) == [f"{upstream.server.base}{SCRIPT}", GOOGLE, "/analytics/google.js", CLOUDFLARE]
        for script in answer.html.select("body > script")[1:]:
            assert (script["type"], script["data-cookie-consent"]) == ("text/plain", "analytics")
        beacon = answer.html.select_one(f'script[src="{CLOUDFLARE}"]')
        assert beacon["data-cf-beacon"] == '{"token":"cf0token"}'
        assert answer.html.select_one('head > meta[name="logister-google-tag-id"]')["content"] == "G-ABC123"


def test_in_production_they_are_there_for_the_category_of_the_banner(make):
    site = make(**PRODUCTION, **TAGS, LOGISTER_ANALYTICS_COOKIE_CATEGORY="statistics")
    answer = site.browser().get("/", extra_environ=HTTPS)
    assert scripts(answer)[1:] == [GOOGLE, "/analytics/google.js", CLOUDFLARE]
    assert {script["data-cookie-consent"] for script in answer.html.select("body > script")[1:]} == {"statistics"}
    loader = answer.html.select_one("body > script")
    assert loader["data-base-url"] == "https://logister.example.com/api/cookie-banner/v1"


def test_signed_in_pages_have_no_analytics_and_their_policy_knows_none(make, people_of):
    site = make(LOGISTER_ANALYTICS_ENABLED="true", **TAGS)
    _, browser = people_of(site).newcomer()
    answer = browser.get("/projects")
    assert len(scripts(answer)) == 1
    for word in ("google", "cloudflare", "G-ABC123"):
        assert word not in answer.text
        assert word not in answer.headers["Content-Security-Policy"]


def test_the_policy_allows_what_each_tag_needs_and_no_more(make, upstream):
    banner = f"{upstream.server.base}{SCRIPT}"
    google = make(LOGISTER_ANALYTICS_ENABLED="true", GOOGLE_TAG_ID="G-ABC123")
    found = policy(google.browser().get("/"))
    assert found["script-src"] == ["'self'", banner, "https://www.googletagmanager.com"]
    assert found["img-src"] == ["'self'", "data:", "https://*.google-analytics.com", "https://*.googletagmanager.com"]
    assert found["connect-src"] == [
        "'self'",
        "https://*.google-analytics.com",
        "https://*.analytics.google.com",
        "https://*.googletagmanager.com",
    ]
    cloudflare = make(LOGISTER_ANALYTICS_ENABLED="true", CLOUDFLARE_WEB_ANALYTICS_TOKEN="cf0token")
    found = policy(cloudflare.browser().get("/"))
    assert found["script-src"] == ["'self'", banner, "https://static.cloudflareinsights.com"]
    assert found["img-src"] == ["'self'", "data:"]
    assert found["connect-src"] == ["'self'", "https://cloudflareinsights.com"]
    assert found["frame-src"] == found["object-src"] == ["'none'"]


def test_addresses_that_say_more_than_the_page_reach_no_analytics(make):
    browser = make(LOGISTER_ANALYTICS_ENABLED="true", **TAGS).browser()
    assert len(scripts(browser.get("/users/sign_in"))) == 4
    assert len(scripts(browser.get("/users/sign_in?next=/projects/7"))) == 1
    before = {"Referer": "http://localhost/users/password/edit?reset_password_token=abc"}
    answer = browser.get("/users/sign_in", headers=before)
    assert len(scripts(answer)) == 1
    assert "G-ABC123" not in answer.text


def test_the_settings_of_google_come_from_a_file_of_ours(make):
    site = make(LOGISTER_ANALYTICS_ENABLED="true", **TAGS)
    answer = site.browser().get("/analytics/google.js")
    assert "javascript" in answer.content_type
    assert "G-ABC123" not in answer.text
    make().browser().get("/analytics/google.js", status=404)


def test_switched_off_there_is_no_trace_of_it_in_any_page_or_header(make, make_site, tmp_path, people_of):
    (tmp_path / "about.txt").write_text("Us.")
    basics = {"LOGISTER_ENV": "development", "LOGISTER_LANDING_PAGE": "true", "LOGISTER_PAGES_DIR": str(tmp_path)}
    off = {"LOGISTER_COOKIE_CONSENT_ENABLED": "false", "LOGISTER_ANALYTICS_ENABLED": "true", **TAGS}
    without, with_it_off = make_site(**basics), make(**off)
    named = make(PROBO_COOKIE_BANNER_ID="", LOGISTER_PLUGINS="analytics", LOGISTER_ANALYTICS_ENABLED="true", **TAGS)
    assert [plugin.name for plugin in with_it_off.registry.plugins] == []
    assert [plugin.name for plugin in named.registry.plugins] == ["analytics"]
    clean = seen(without, people_of)
    for site in (with_it_off, named):
        assert seen(site, people_of) == clean


def seen(site, people_of):
    """Bytes and headers of the pages, as strangers and as a new person see them."""
    _, signed_in = people_of(site).newcomer()
    found = {}
    for browser, pages in ((site.browser(), PAGES), (signed_in, ("/projects", "/projects/new", "/inbox"))):
        for page in (*pages, "/nowhere", "/api/cookie-banner/v1/banner-1/config", "/analytics/google.js"):
            answer = browser.get(page, status="*")
            headers = [
                (name, value) for name, value in answer.headers.items() if name not in ("Set-Cookie", "X-Request-Id")
            ]
            found[browser is signed_in, page] = answer.status, headers, CHANGING.sub("", answer.text)
    return found


def test_in_the_environment_of_tests_there_is_no_banner(make):
    assert scripts(make(LOGISTER_ENV="test").browser().get("/")) == []


def test_half_a_banner_is_a_mistake(tmp_path):
    environ = {"LOGISTER_HOME": str(tmp_path), "PROBO_COOKIE_BANNER_ID": BANNER}
    with pytest.raises(SettingsError, match="PROBO_COOKIE_BANNER_BASE_URL is not set"):
        plugins.load({}, environ)
    plugins.load({}, environ | {"LOGISTER_COOKIE_CONSENT_ENABLED": "false"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROBO_COOKIE_BANNER_ID", "../admin"),
        ("PROBO_COOKIE_BANNER_ID", '"><script>'),
        ("PROBO_COOKIE_BANNER_SCRIPT_URL", "javascript:alert(1)"),
        ("PROBO_COOKIE_BANNER_POSITION", "top"),
        ("LOGISTER_ANALYTICS_COOKIE_CATEGORY", '" onload="'),
        ("GOOGLE_TAG_ID", "G-1'\"><script>"),
        ("CLOUDFLARE_WEB_ANALYTICS_TOKEN", "a' src='x"),
    ],
)
def test_values_that_could_not_be_meant_are_refused_at_start(tmp_path, name, value):
    with pytest.raises(SettingsError, match=name):
        plugins.load({}, {"LOGISTER_HOME": str(tmp_path), name: value})
