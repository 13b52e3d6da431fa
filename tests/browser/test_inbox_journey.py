"""People at work in the inbox, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from waitress.server import create_server

from factories.errors import groups, key_error, post_event
from factories.projects import api_key, project
from logister_core.accounts.passwords import PasswordHasher
from logister_core.projects.models import Project
from support.instance import Instance

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def database_kind() -> str:
    """What a browser sees does not depend on the database."""
    return "sqlite"


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield found
        found.close()


@dataclass
class Shop:
    site: Instance
    project: Project
    address: str
    token: str

    def send(self, message: str, **values: Any) -> None:
        post_event(self.site, self.token, message, **values)

    @property
    def inbox(self) -> str:
        return f"{self.address}/projects/{self.project.uuid}/inbox"


@pytest.fixture
def shop(site: Instance) -> Iterator[Shop]:
    """A served instance with four errors, the newest with source lines."""
    owner = site.user("ana@example.com", password_hash=PasswordHasher.for_tests().hash(PASSWORD))
    made = project(site, owner, name="Shop")
    server = create_server(site.router, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    found = Shop(site, made, f"http://127.0.0.1:{server.effective_port}", api_key(site, made))
    now = site.clock()
    found.send(at=now - timedelta(minutes=1), **key_error())
    found.send("gateway did not answer", at=now - timedelta(minutes=2), context={"request_id": "r"})
    found.send("disk full", at=now - timedelta(minutes=3))
    context = {
        "transaction_name": HOSTILE,
        "exception": {
            "class": HOSTILE,
            "message": HOSTILE + "y" * 5_000,
            "frames": [{"filename": "p/" * 400, "lineno": 1}],
        },
        "note": HOSTILE + "z" * 3_000,
    }
    found.send(HOSTILE + "x" * 5_000, at=now - timedelta(minutes=4), context=context)
    site.project_events()
    yield found
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def open_page(shop: Shop, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Call it for a signed-in page; afterwards nothing may have failed, been blocked or popped up in it."""
    complaints: list[str] = []
    contexts = []

    def make(width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(shop.inbox)
        page.get_by_label("E-mail").fill("ana@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(shop.inbox)
        return page

    make.complaints = complaints  # type: ignore[attr-defined]
    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def expect_rows(page: Page, *titles: str) -> None:
    expect(page.locator(".inbox-title")).to_have_text(list(titles), use_inner_text=True)


def scrolls_sideways(page: Page) -> bool:
    wider: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return wider


def test_the_newest_error_is_open_beside_the_list_and_resolving_opens_the_next(shop: Shop, open_page: Any) -> None:
    page = open_page()
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'customer_id'")
    expect(page.locator(".line.is-current").first).to_contain_text("customer = session.get")
    assert page.locator(".inbox-list-pane").is_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("status").first).to_contain_text("Resolved")
    expect(page.get_by_role("heading", level=1)).to_have_text("gateway did not answer")
    expect(page.locator(".inbox-row")).to_have_count(3)
    page.get_by_role("link", name="Resolved").click()
    expect_rows(page, "KeyError 'customer_id'")
    page.get_by_role("button", name="Reopen").click()
    expect(page.locator(".empty-title")).to_have_text("Nothing is resolved")
    assert groups(shop.site)["KeyError: 'customer_id'"].reopen_count == 1


def test_the_keyboard_alone_finds_opens_and_decides(shop: Shop, open_page: Any) -> None:
    page = open_page()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("gateway did not answer")
    page.get_by_role("tab", name="Stack").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Context")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("i")
    expect(page.get_by_role("status").first).to_contain_text("Ignored")
    assert groups(shop.site)["gateway did not answer"].status == "ignored"
    page.keyboard.press("/")
    page.keyboard.type("disk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("disk full")
    expect_rows(page, "disk full")


def test_on_a_phone_the_list_comes_first_and_an_error_is_a_page(shop: Shop, open_page: Any) -> None:
    page = open_page(width=390)
    assert page.locator(".inbox-list-pane").is_visible()
    assert not page.locator(".inbox-detail").is_visible()
    assert not scrolls_sideways(page)
    page.locator(".inbox-link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'customer_id'")
    assert not page.locator(".inbox-list-pane").is_visible()
    for name in ("Context", "Occurrences", "Related", "Stack"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        assert not scrolls_sideways(page), name
    page.get_by_role("link", name="All errors").click()
    assert page.locator(".inbox-list-pane").is_visible()


def test_case_60_40_everything_works_without_scripts(shop: Shop, open_page: Any) -> None:
    page = open_page(java_script_enabled=False)
    page.locator(".inbox-link").nth(1).click()
    page.get_by_role("tab", name="Context").click()
    expect(page.locator(".detail-panel")).to_contain_text("production")
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("status").first).to_contain_text("Archived")
    assert groups(shop.site)["gateway did not answer"].status == "archived"
    page.get_by_label("Search errors").fill("disk")
    page.get_by_label("Search errors").press("Enter")
    expect_rows(page, "disk full")


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_case_60_38_hostile_texts_neither_run_nor_break_the_layout(shop: Shop, open_page: Any, width: int) -> None:
    page = open_page(width=width)
    hostile = next(found for title, found in groups(shop.site).items() if title.startswith(HOSTILE))
    for tab in ("stacktrace", "context", "occurrences", "related_logs", "history"):
        page.goto(f"{shop.inbox}?group_uuid={hostile.uuid}&tab={tab}")
        assert not scrolls_sideways(page), tab
        # Menus lie above what comes below them.
        for details in page.locator(".inbox-detail details:not([open]):not([data-menu]) > summary").all():
            if details.is_visible():
                details.click()
        assert not scrolls_sideways(page), tab
    assert page.evaluate("document.querySelectorAll('main script, main img').length") == 0


def test_frames_unfold_and_the_stack_can_be_copied(shop: Shop, open_page: Any) -> None:
    page = open_page()
    fold = page.locator(".frame-fold > summary")
    expect(fold).to_have_text("3 frames in django")
    expect(page.get_by_text("handlers/base.py")).to_be_hidden()
    fold.click()
    expect(page.get_by_text("handlers/base.py")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy stack").click()
    expect(page.locator(".stack-head [data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Traceback (most recent call last):")


def test_an_error_that_comes_back_is_announced(shop: Shop, open_page: Any) -> None:
    page = open_page()
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("status").first).to_contain_text("Resolved")
    shop.site.clock.forward(hours=1)
    shop.send(**key_error(release="1.4.3"))
    shop.site.project_events()
    page.goto(shop.inbox)
    expect(page.locator(".inbox-row").first).to_contain_text("regressed in 1.4.3")
    expect(page.locator(".detail-news.is-danger")).to_contain_text("Regressed in 1.4.3, just now: was resolved by")


def test_a_decision_is_made_and_taken_back_with_the_keyboard(shop: Shop, open_page: Any) -> None:
    page = open_page()
    titles = page.locator(".inbox-title")
    first = titles.first.inner_text()
    page.keyboard.press("e")
    expect(page.get_by_role("status").first).to_contain_text("Resolved")
    expect(titles.first).not_to_have_text(first, use_inner_text=True)
    page.keyboard.press("z")
    expect(page.get_by_role("status").first).to_contain_text("Undone")
    expect(titles.first).to_have_text(first, use_inner_text=True)
    page.keyboard.press("s")
    page.get_by_role("button", name="Snooze by number").click()
    expect(page.get_by_role("status").first).to_contain_text("until 100 more events")


TITLES = ("KeyError 'customer_id'", "gateway did not answer", "disk full")


def stays(page: Page) -> Callable[[], bool]:
    """Marks the page; the answer tells whether it is still that one."""
    page.evaluate("window.stayed = true")
    return lambda: page.evaluate("window.stayed === true") is True


def test_errors_open_in_place_and_the_way_back_leads_through_them(shop: Shop, open_page: Any) -> None:
    page = open_page()
    same = stays(page)
    heading = page.get_by_role("heading", level=1)
    selected = page.locator(".inbox-link[aria-current]")
    for title in TITLES[1:]:
        page.locator(".inbox-link", has_text=title).click()
        expect(heading).to_have_text(title)
        expect(selected).to_contain_text(title)
    page.go_back()
    expect(heading).to_have_text("gateway did not answer")
    expect(selected).to_contain_text("gateway did not answer")
    page.go_back()
    expect(heading).to_have_text("KeyError: 'customer_id'")
    page.go_forward()
    expect(heading).to_have_text("gateway did not answer")
    assert same()
    page.reload()
    expect(heading).to_have_text("gateway did not answer")
    # What could not be loaded leaves everything as it was.
    page.route("**/inbox?*", lambda route: route.abort())
    page.locator(".inbox-link", has_text="disk full").click()
    expect(page.locator("#page-message")).to_contain_text("No connection")
    expect(selected).to_contain_text("gateway did not answer")
    expect(heading).to_have_text("gateway did not answer")
    open_page.complaints.clear()


def test_a_search_is_completed_and_answered_while_it_is_typed(shop: Shop, open_page: Any) -> None:
    page = open_page()
    same = stays(page)
    field = page.get_by_label("Search errors")
    page.keyboard.press("/")
    expect(page.locator("[role=option]")).to_have_count(5)
    page.keyboard.type("disk")
    expect_rows(page, "disk full")
    expect(page.get_by_role("heading", level=1)).to_have_text("disk full")
    expect(field).to_be_focused()
    assert "q=disk" in page.url
    field.fill("")
    page.keyboard.type("is:re")
    expect(page.locator("[role=option]")).to_have_text(["is:resolved", "is:regressed", "is:unresolved", "is:ignored"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("is:resolved ")
    expect(page.locator(".empty-title")).to_have_text("No match")
    expect(page.locator(".filter[aria-current]")).to_have_text("Resolved")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    page.get_by_role("link", name="Clear search").click()
    expect(field).to_have_value("")
    expect(page.locator(".empty-title")).to_have_text("Nothing is resolved")
    page.get_by_role("link", name="Open").first.click()
    expect(page.locator(".inbox-row")).to_have_count(4)
    page.get_by_label("Assigned to").select_option("me")
    expect(page.locator(".empty-title")).to_have_text("No open errors")
    page.go_back()
    expect(page.locator(".inbox-row")).to_have_count(4)
    expect(page.get_by_label("Assigned to")).to_have_value("all")
    assert same()


def test_what_arrives_waits_until_it_is_asked_for(shop: Shop, open_page: Any) -> None:
    page = open_page()
    page.clock.install()
    page.reload()
    shop.site.clock.forward(minutes=1)
    for number in range(99):
        shop.send(f"fault {number}", fingerprint=f"f{number}")
    shop.site.project_events()
    page.clock.fast_forward(31_000)
    news = page.get_by_role("button", name="99 new groups · show")
    expect(news).to_be_visible()
    expect(page.locator(".inbox-row")).to_have_count(4)
    news.click()
    expect(page.locator(".inbox-row")).to_have_count(100)
    expect(news).to_be_hidden()
    # The open error stays open, and more rows join those that are there.
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'customer_id'")
    page.get_by_role("link", name="Next 100 issues").click()
    expect(page.locator(".inbox-row")).to_have_count(103)
    expect(page.locator(".inbox-link[aria-current]")).to_contain_text("KeyError")
    expect(page.get_by_role("link", name="Next 100 issues")).to_have_count(0)
