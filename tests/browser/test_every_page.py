"""Every page in a real browser: no serious fault in either theme, nothing from elsewhere, no complaints."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from waitress.server import create_server

from factories.errors import key_error, post_event
from factories.projects import api_key, project
from logister_core.accounts.passwords import PasswordHasher
from support.instance import Instance
from support.pages import PICTURES, furnish, ids

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# Without `preload` it asks for nothing itself.
RUN_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"], preload: false})).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(" | ")}`)"""
SKIPPED = """all => all.filter(one => one.tabIndex < 0 && !one.closest("[role=tablist]"))
    .map(one => one.outerHTML.slice(0, 120))"""
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


@pytest.fixture
def database_kind() -> str:
    """What a browser sees does not depend on the database."""
    return "sqlite"


@pytest.fixture
def world(make_site: Callable[..., Instance], tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a served installation, and the things that the addresses of its pages name."""
    (tmp_path / "about.txt").write_text("Us.\n\nAnd you.")
    site = make_site(
        LOGISTER_ENV="development",  # for the page of components
        LOGISTER_LANDING_PAGE="yes",
        LOGISTER_PAGES_DIR=str(tmp_path),
        LOGISTER_ADMIN_EMAILS="ana@example.com",
    )
    owner = site.user("ana@example.com", password_hash=PasswordHasher.for_tests().hash(PASSWORD))
    shop = project(site, owner, name="Shop")
    token = api_key(site, shop)
    post_event(site, token, **key_error())
    for number, kind in enumerate(("log", "metric", "transaction", "check_in") * 3):
        post_event(site, token, f"order {number}", event_type=kind, level=("info", "warning", "error")[number % 3])
    site.post("/api/v1/check_ins", {"check_in": {"slug": "nightly", "status": "ok"}}, token)
    site.project_events()
    things = {**furnish(site, owner), **ids(site, "many", shop)}
    server = create_server(site.router, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}", things
    server.close()
    thread.join(timeout=5)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield found
        found.close()


def sign_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(f"{url}/users/sign_in")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/projects")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_fault_asks_elsewhere_or_complains(world: Any, browser: Browser, theme: str) -> None:
    url, things = world
    faults: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: faults.append(f"{page.url}: {said.text}"))
        page.on("request", lambda asked: None if asked.url.startswith(url) else faults.append(f"asked {asked.url}"))

    # Dark on a phone, light on a desk: every page is seen at both widths.
    width = 390 if theme == "dark" else 1440
    for signed_in in (False, True):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        page = sign_in(context, url) if signed_in else context.new_page()
        watch(page)
        for picture in PICTURES:
            if picture.signed_in != signed_in or picture.refused or not picture.route:
                continue
            page.goto(url + picture.path.format(**things))
            page.evaluate(AXE)
            faults += [f"{picture.name}: {found}" for found in page.evaluate(RUN_AXE)]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"{picture.name} scrolls sideways at {width}")
            # The page of components shows heads of other pages.
            if page.locator("h1").count() != 1 and picture.name != "styleguide":
                faults.append(f"{picture.name} has not exactly one h1")
            # Of tabs one is in the order, and arrow keys lead to the others.
            skipped = page.locator(FOCUSABLE).evaluate_all(SKIPPED)
            faults += [f"{picture.name}: the keyboard does not reach {one}" for one in skipped]
        context.close()
    assert not faults, "\n".join(dict.fromkeys(faults))


def test_the_inbox_reads_without_scripts_and_styles(world: Any, browser: Browser) -> None:
    url, things = world
    context = browser.new_context(java_script_enabled=False)

    def refuse(route: Route) -> None:
        if route.request.resource_type in ("script", "stylesheet"):
            route.abort()
        else:
            route.continue_()

    context.route("**/*", refuse)
    page = sign_in(context, url)
    page.goto(f"{url}/projects/{things['many']}/inbox?filter=all")
    assert page.get_by_role("heading", level=1).inner_text() == "KeyError: 'customer_id'"
    page.goto(f"{url}/projects/{things['many']}/activity?period=30d")
    page.get_by_role("link", name="Logs").click()
    line = page.locator("summary", has_text="order 8")
    line.click()
    page.get_by_role("link", name="Open this event").first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("order")
    context.close()
