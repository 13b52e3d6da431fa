"""A stranger meets the consent banner: nothing measures before they agree, and the policy allows what runs then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from support.axe import faults_in_dark, faults_in_light
from support.journeys import WATCH, Shop, serving
from support.probo import API, BANNER, Probo, probo

# What the two servers would send: scripts that measure. No test reaches them.
MEASURING = {
    "https://www.googletagmanager.com/gtag/js?id=G-ABC123": """
        (window.ran ||= []).push("google");
        fetch("https://region1.google-analytics.com/g/collect", { method: "POST", mode: "no-cors" });
        new Image().src = "https://www.google-analytics.com/collect.gif";""",
    "https://static.cloudflareinsights.com/beacon.min.js": """
        (window.ran ||= []).push("cloudflare " + document.currentScript.dataset.cfBeacon);
        fetch("https://cloudflareinsights.com/cdn-cgi/rum", { method: "POST", mode: "no-cors" });""",
}
MEASURED = {
    "https://region1.google-analytics.com/g/collect",
    "https://www.google-analytics.com/collect.gif",
    "https://cloudflareinsights.com/cdn-cgi/rum",
}


class Visitor:
    """`asked` are the addresses elsewhere that the pages wanted, `complaints` what failed or was blocked in them."""

    def __init__(self, context: BrowserContext, shop: Shop, upstream: Probo) -> None:
        self.shop = shop
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._ours = (shop.address, upstream.server.base)
        context.add_init_script(WATCH)
        context.route(lambda url: not url.startswith(self._ours), self._elsewhere)
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.shop.address}{path}")
        return self.page

    def ran(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.ran || []")
        return sorted(found)

    def _elsewhere(self, route: Route) -> None:
        self.asked.append(route.request.url)
        body = MEASURING.get(route.request.url, "")
        route.fulfill(status=200 if body else 204, content_type="text/javascript", body=body)


@pytest.fixture
def upstream() -> Iterator[Probo]:
    with probo() as there:
        yield there


@pytest.fixture
def shop(make_site, upstream: Probo) -> Iterator[Shop]:
    tags = {"GOOGLE_TAG_ID": "G-ABC123", "CLOUDFLARE_WEB_ANALYTICS_TOKEN": "cf0token"}
    site = make_site(**upstream.environ, **tags, LOGISTER_ANALYTICS_ENABLED="true", LOGISTER_LANDING_PAGE="true")
    with serving(site) as found:
        yield found


@pytest.fixture
def visitor(browser: Browser, shop: Shop, upstream: Probo) -> Iterator[Visitor]:
    context = browser.new_context()
    found = Visitor(context, shop, upstream)
    yield found
    context.close()
    assert found.complaints == []


def test_analytics_run_after_consent_and_not_before(visitor: Visitor, upstream: Probo) -> None:
    page = visitor.open("/")
    banner = page.get_by_role("dialog", name="Cookies")
    expect(banner).to_be_visible()
    expect(banner).to_have_css("padding", "7px")
    banner.get_by_role("button", name="Reject all").click()
    expect(banner).to_be_hidden()
    page = visitor.open("/users/sign_in")
    page.wait_for_function("customElements.get('probo-settings-link') !== undefined")
    expect(banner).to_be_hidden()
    assert (visitor.asked, visitor.ran()) == ([], [])

    page.get_by_role("button", name="Cookie preferences").click()
    assert [*faults_in_light(page), *faults_in_dark(page)] == []
    with page.expect_response("**/consents"):
        banner.get_by_role("button", name="Accept all").click()
    page.wait_for_function("(window.ran || []).length == 2 && window.dataLayer.length == 2")
    page.wait_for_load_state("networkidle")
    assert visitor.ran() == ['cloudflare {"token":"cf0token"}', "google"]
    assert set(visitor.asked) == {*MEASURING, *MEASURED}
    command, tag, told = page.evaluate("Array.from(window.dataLayer[1])")
    assert (command, tag) == ("config", "G-ABC123")
    assert told == {"page_location": f"{visitor.shop.address}/users/sign_in", "page_referrer": ""}

    # All of it went through the server, which kept its cookies for itself.
    assert upstream.consents == [[], ["necessary", "analytics"]]
    asked = [asked for asked in upstream.server.asked if asked.path.startswith(f"{API}/{BANNER}/")]
    assert {one.headers["X-Forwarded-Host"] for one in asked} == {visitor.shop.address.removeprefix("http://")}
    assert [one for one in asked if "Cookie" in one.headers] == []


def test_signed_in_nobody_measures(visitor: Visitor) -> None:
    page = visitor.open("/users/sign_in?next=/projects")
    page.get_by_role("button", name="Accept all").click()
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/projects")
    page.wait_for_load_state("networkidle")
    assert (visitor.asked, visitor.ran()) == ([], [])
