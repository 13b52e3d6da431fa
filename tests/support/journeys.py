"""Somebody at work in the inbox with a real browser: what the journeys through it have in common."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from waitress.server import create_server

from factories.errors import key_error, post_event
from factories.projects import api_key, project
from logister_core.accounts.models import User
from logister_core.accounts.passwords import PasswordHasher
from logister_core.projects.models import Project

from .instance import Instance

PASSWORD = "correct horse battery"
HOSTILE = "<script>alert(1)</script>"
# Of the content policy, which the console does not tell of everywhere.
WATCH = "addEventListener('securitypolicyviolation', (e) => console.error(`${e.violatedDirective}: ${e.blockedURI}`))"


@dataclass
class Shop:
    site: Instance
    owner: User
    project: Project
    address: str
    token: str

    def send(self, message: str, **values: Any) -> None:
        post_event(self.site, self.token, message, **values)

    @property
    def inbox(self) -> str:
        return f"{self.address}/projects/{self.project.uuid}/inbox"


@contextmanager
def serving(site: Instance, port: int = 0) -> Iterator[Shop]:
    """A served instance with four errors, the newest with source lines; at a free port when none is given."""
    owner = site.user("ana@example.com", password_hash=PasswordHasher.for_tests().hash(PASSWORD))
    made = project(site, owner, name="Shop")
    server = create_server(site.router, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    found = Shop(site, owner, made, f"http://127.0.0.1:{server.effective_port}", api_key(site, made))
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
    # Its loop ends first: sockets that are closed while it waits for them would fail in its thread.
    server.trigger.pull_trigger(server._map.clear)
    thread.join(timeout=5)
    server.close()


@dataclass
class Visits:
    """Call it for a signed-in page, `stranger` for another.

    `complaints`: what failed, was blocked, popped up or left the origin in any.
    """

    shop: Shop
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def __call__(self, width: int = 1440, **options: Any) -> Page:
        page = self.stranger(width, **options)
        page.goto(self.shop.inbox)
        page.get_by_label("E-mail").fill("ana@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(self.shop.inbox)
        return page

    def stranger(self, width: int = 1440, **options: Any) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, **options)
        self.contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self._asked(request.url))
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith((self.shop.address, "data:", "blob:")):
            self.complaints.append(f"asked {url}")


def expect_rows(page: Page, *titles: str) -> None:
    expect(page.locator(".inbox-title")).to_have_text(list(titles), use_inner_text=True)


def expect_told(page: Page, words: str) -> None:
    """Above the page, or at its foot where nothing was loaded anew."""
    expect(page.locator(".flash-text").first).to_contain_text(words)


def scrolls_sideways(page: Page) -> bool:
    wider: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return wider


def stays(page: Page) -> Callable[[], bool]:
    """Marks the page; the answer tells whether it is still that one."""
    page.evaluate("window.stayed = true")
    return lambda: page.evaluate("window.stayed === true") is True
