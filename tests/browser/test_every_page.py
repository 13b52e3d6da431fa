"""Every page in a real browser: no serious fault in either theme, nothing from elsewhere, no complaints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from factories.errors import key_error, post_event
from factories.projects import api_key, project
from support.axe import faults_in_dark, faults_in_light
from support.instance import Instance
from support.journeys import WATCH
from support.pages import NOBODY, OWNER, PICTURES, Picture
from support.screenshots import open_picture
from support.world import SETTINGS, TEXT, World, world

pytestmark = pytest.mark.browser

SKIPPED = """all => all.filter(one => one.tabIndex < 0 && !one.closest("[role=tablist]"))
    .map(one => one.outerHTML.slice(0, 120))"""
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
def there(make_site: Callable[..., Instance], tmp_path: Path) -> Iterator[World]:
    (tmp_path / "about.txt").write_text(TEXT)
    site = make_site(**SETTINGS, LOGISTER_PAGES_DIR=str(tmp_path), LOGISTER_ADMIN_EMAILS="ana@example.com")
    owner = site.user("ana@example.com")
    shop = project(site, owner, name="Shop")
    token = api_key(site, shop)
    post_event(site, token, **key_error())
    for number, kind in enumerate(("log", "metric", "transaction", "check_in") * 3):
        post_event(site, token, f"order {number}", event_type=kind, level=("info", "warning", "error")[number % 3])
    site.post("/api/v1/check_ins", {"check_in": {"slug": "nightly", "status": "ok"}}, token)
    with world(site, owner, shop) as found:
        yield found


def test_no_page_has_a_serious_fault_asks_elsewhere_or_complains(there: World, browser: Browser) -> None:
    faults: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        # The browser itself says that an answer was 404 or 422.
        page.on(
            "console", lambda said: said.text.startswith("Failed to load") or faults.append(f"{page.url}: {said.text}")
        )
        page.on("request", lambda asked: there.ours(asked.url) or faults.append(f"asked {asked.url}"))

    for who in dict.fromkeys(picture.who for picture in PICTURES):
        # Nothing fades, so that colours are what they will be.
        context = there.enter(browser, who, reduced_motion="reduce")
        context.add_init_script(WATCH)
        page = context.new_page()
        watch(page)
        for picture in PICTURES:
            if picture.who == who and not picture.repeats:
                faults += [f"{picture.name}: {found}" for found in _faults(page, there, picture)]
        context.close()
    assert not faults, "\n".join(dict.fromkeys(faults))


def _faults(page: Page, there: World, picture: Picture) -> Iterator[str]:
    """Light on a desk, then dark on a phone."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
    open_picture(page, there, picture)
    yield from faults_in_light(page)
    # The page of components shows heads of other pages.
    if page.locator("h1").count() != 1 and picture.name != "styleguide":
        yield "has not exactly one h1"
    # Of tabs one is in the order, and arrow keys lead to the others.
    yield from (f"the keyboard does not reach {one}" for one in page.locator(FOCUSABLE).evaluate_all(SKIPPED))
    if page.evaluate(SIDEWAYS):
        yield "scrolls sideways at 1440"
    page.set_viewport_size({"width": 390, "height": 900})
    yield from faults_in_dark(page)
    if page.evaluate(SIDEWAYS):
        yield "scrolls sideways at 390"


def test_every_page_reads_without_scripts_and_styles(there: World, browser: Browser) -> None:
    lacking = []

    def refuse(route: Route) -> None:
        if route.request.resource_type in ("script", "stylesheet"):
            route.abort()
        else:
            route.continue_()

    # One picture of each route.
    pictures = {picture.route: picture for picture in reversed(PICTURES) if picture.route and not picture.refused}
    for who in (NOBODY, OWNER):
        context = there.enter(browser, who, java_script_enabled=False)
        context.route("**/*", refuse)
        page = context.new_page()
        for picture in pictures.values():
            if picture.who == who:
                page.goto(there.address(picture.path))
                heading = page.locator("h1").first
                if not heading.inner_text().strip():
                    lacking.append(picture.name)
        if who == OWNER:
            _read(page, there)
        context.close()
    assert not lacking


def _read(page: Page, there: World) -> None:
    page.goto(there.address("/projects/{many}/inbox?filter=all"))
    assert page.get_by_role("heading", level=1).inner_text() == "KeyError: 'customer_id'"
    page.goto(there.address("/projects/{many}/activity?period=30d"))
    page.get_by_role("link", name="Logs").click()
    page.locator("summary", has_text="order 8").click()
    page.get_by_role("link", name="Open this event").first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("order")
