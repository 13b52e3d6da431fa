"""Pages around a project's errors, in a real browser: on a phone, and while events come in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from waitress.server import create_server

from factories.errors import key_error, post_event
from factories.projects import api_key, project
from logister_core.purges.models import ProjectPurge
from logister_core.purges.runner import run_due
from logister_core.security.cookies import SESSION, cookie_jar
from logister_core.security.sessions import SessionService
from support.instance import Instance

pytestmark = pytest.mark.browser


@pytest.fixture
def database_kind() -> str:
    """What a browser sees does not depend on the database."""
    return "sqlite"


@pytest.fixture
def address(site: Instance) -> Iterator[str]:
    server = create_server(site.router, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def open_page(site: Instance, address: str, chromium_path: str) -> Iterator[Callable[..., Page]]:
    """Call it for a page in which the one account is signed in; nothing may have failed or been blocked in it."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])

        def make(width: int) -> Page:
            with site.write() as db:
                sessions = SessionService(db, site.clock)
                token = sessions.begin(owner.id, persistent=False, ip="127.0.0.1", user_agent="")
            context = browser.new_context(viewport={"width": width, "height": 844})
            context.add_cookies([{"name": cookie_jar(site.settings)(SESSION).name, "value": token, "url": address}])
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            return page

        owner = site.user("ana@example.com")
        make.owner = owner  # type: ignore[attr-defined]
        yield make
        browser.close()
    assert complaints == []


def test_case_60_39_on_a_phone_only_regions_scroll_sideways(site: Instance, address: str, open_page: Any) -> None:
    shop = project(site, open_page.owner, name="Shop")
    token = api_key(site, shop, name="k" * 100)
    long = "p/" * 300 + "orders.py"
    context = {"exception": {"class": "KeyError", "message": "x", "frames": [{"filename": long, "lineno": 1}]}}
    error = post_event(site, token, "e" * 2_000, context=context)
    post_event(site, token, **key_error())
    post_event(site, token, "l" * 2_000, event_type="log", context={"service": "s" * 100, "release": "r" * 100})
    site.post("/api/v1/check_ins", {"check_in": {"slug": "m" * 100}}, token)
    deployment = {"release": "d" * 80, "repository": f"acme/{'n' * 60}", "commit_sha": "9f3c1ab" * 5}
    site.post("/api/v1/deployments", {"deployment": deployment}, token)
    site.project_events()
    page = open_page(width=390)
    base = f"{address}/projects/{shop.uuid}"
    sections = ("general", "team", "integrations", "danger")
    for path in (
        "",
        "/setup",
        f"/events/{error}",
        f"/events/{error}?tab=context",
        "/activity",
        "/monitors",
        "/releases",
        "/deployments",
        "/grouping",
        *(f"/settings?section={name}" for name in sections),
    ):
        page.goto(f"{base}{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} is {width} wide"
    # What is wider than the screen scrolls in a region that the keyboard reaches.
    page.goto(f"{base}/setup")
    wide = page.locator("pre").evaluate_all("all => all.filter(pre => pre.scrollWidth > pre.clientWidth)"
                                            ".map(pre => pre.tabIndex)")  # fmt: skip
    assert wide
    assert set(wide) == {0}


def test_new_events_join_the_list_while_it_is_followed(site: Instance, address: str, open_page: Any) -> None:
    shop = project(site, open_page.owner, name="Shop")
    token = api_key(site, shop)

    def log(message: str, **values: Any) -> None:
        site.clock.forward(seconds=1)
        post_event(site, token, message, event_type="log", **values)

    log("first")
    log("quiet", level="debug")
    page = open_page(width=1440)
    page.clock.install()
    page.goto(f"{address}/projects/{shop.uuid}/activity")
    lines = page.locator(".log-message")
    expect(lines).to_have_text(["quiet", "first"])
    button = page.get_by_role("button", name="Follow")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "true")
    log("second")
    # This one happened earlier than what is listed already, so it joins further down.
    log("late", at=site.clock() - timedelta(seconds=2))
    page.clock.fast_forward(3_100)
    expect(lines).to_have_text(["second", "quiet", "late", "first"])
    page.locator(".event-row summary").first.click()
    expect(page.locator(".event-body").first).to_contain_text("Show only")
    page.get_by_role("button", name="Pause").click()
    expect(button).to_have_attribute("aria-pressed", "false")
    log("third")
    page.clock.fast_forward(10_000)
    expect(lines).to_have_count(4)
    button.click()
    expect(lines.first).to_have_text("third")
    # The line that is open stays open.
    expect(page.locator(".event-row details[open]")).to_have_count(1)


def test_the_page_of_a_deletion_follows_it_to_its_end(site: Instance, address: str, open_page: Any) -> None:
    shop = project(site, open_page.owner, name="Shop")
    post_event(site, api_key(site, shop), "boom")
    now = site.clock()
    with site.write() as db:
        values = {"project_id": shop.id, "project_uuid": shop.uuid, "project_name": "Shop", "requested_at": now}
        purge = ProjectPurge(**values, due_at=now, requested_by_id=open_page.owner.id, removed={})
        db.add(purge)
    page = open_page(width=1440)
    page.clock.install()
    page.goto(f"{address}/project_purges/{purge.uuid}")
    expect(page.get_by_text("The deletion begins within a minute.")).to_be_visible()
    # Who has scripts need not ask again.
    expect(page.get_by_role("link", name="Check again")).to_be_hidden()
    run_due(site.registry.engine, site.clock)
    page.clock.fast_forward(3_100)
    expect(page.get_by_role("row", name="Events 1 Done")).to_be_visible()
    site.clock.forward(minutes=3)
    run_due(site.registry.engine, site.clock)
    page.clock.fast_forward(3_100)
    expect(page.get_by_text("Everything of this project was removed, just now.")).to_be_visible()
    expect(page.locator("#page-message")).to_have_text("The deletion of Shop has ended.")
    assert page.locator("[data-refresh]").count() == 0
