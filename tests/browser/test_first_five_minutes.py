"""What a stranger does first, in a real browser: from an empty folder to a resolved error."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from support.programs import ticks
from support.server import Web

pytestmark = pytest.mark.browser

ERROR = "RuntimeError First test error"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    """`pserve development.ini` in a folder that holds nothing else."""
    started = Web(tmp_path, {}, pserve=True)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def page(chromium_path: str) -> Iterator[Page]:
    """Nothing may have failed or been blocked in it."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        yield opened
        browser.close()
    assert complaints == []


def printed(web: Web, pattern: str) -> str:
    found = re.search(pattern, web.output())
    assert found is not None, web.output()
    return found[0]


def create_administrator(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label(re.compile("^Name")).fill("Ana")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_label("Password again").fill("correct horse battery")
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_text("You administer this installation now.")).to_be_visible()


def finish_the_set_up(page: Page) -> None:
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("Test passed.")).to_be_visible()
    page.get_by_role("link", name="Next: Redis and jobs").first.click()
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("button", name="Finish set-up").click()
    expect(page.get_by_text("The installation is set up.")).to_be_visible()


def create_project(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_role("radio", name="Python").check()
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="Setup")).to_be_visible()


def create_key(page: Page) -> str:
    """Its token, which is on this page and nowhere afterwards."""
    page.get_by_label("Name of the new key").fill("production")
    page.get_by_role("button", name="Create key").click()
    token = page.locator("[data-token]").inner_text()
    assert token.startswith("logister_")
    assert all(token not in str(cookie) for cookie in page.context.cookies())
    page.goto(page.url)
    expect(page.get_by_role("rowheader", name="production")).to_be_visible()
    assert token not in page.content()
    return token


def follow_the_guide(page: Page, token: str) -> None:
    """Do what the setup page says: its variables with our key, its program in a shell."""
    variables = page.get_by_role("group", name="Environment variables").inner_text()
    program = page.get_by_role("group", name="A program that fails").inner_text()
    assert "<your API key>" in variables
    script = variables.replace("<your API key>", token) + '\nexec "$0" -c "$1"'
    subprocess.run(["sh", "-c", script, sys.executable, program], check=True, timeout=30)


def wait_for(page: Page, words: str) -> None:
    """Open the page again until the words are there: the worker follows within moments."""
    for _ in ticks(20):
        if page.get_by_text(words).first.is_visible():
            return
        page.reload()


def test_from_the_printed_link_to_a_resolved_error(web: Web, page: Page) -> None:
    link = printed(web, r"http://localhost:\d+/setup\?token=\S+")
    create_administrator(page, link)
    finish_the_set_up(page)
    create_project(page)
    setup = page.url
    token = create_key(page)
    follow_the_guide(page, token)

    # The page notices by itself, and ticks the step.
    expect(page.get_by_text("The first event has arrived.")).to_be_visible(timeout=20_000)
    expect(page.locator(".step-complete")).to_have_count(2)
    assert "/events/" in (page.get_by_role("link", name="Open the first event").get_attribute("href") or "")
    page.reload()
    expect(page.get_by_text("Latest receipt")).to_be_visible()
    page.get_by_role("link", name="Inbox").first.click()
    wait_for(page, "First test error")
    page.get_by_role("link", name=ERROR).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("RuntimeError: First test error")
    expect(page.locator("article").get_by_text("1 event", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Context").click()
    expect(page.get_by_text("development").first).to_be_visible()

    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_text("Resolved “")).to_be_visible()
    inbox = setup.removesuffix("/setup") + "/inbox"
    page.goto(inbox)
    expect(page.get_by_role("link", name=ERROR)).to_have_count(0)

    # Stopped and started again, it goes on where it was, also for whoever is signed in.
    assert web.stop() == 0
    web.start()
    page.goto(setup)
    page.get_by_text("Send one error from Python").click()
    follow_the_guide(page, token)
    page.goto(inbox)
    wait_for(page, "First test error")
    page.get_by_role("link", name=ERROR).click()
    expect(page.locator("article").get_by_text("2 events", exact=True)).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("button", name="Create administrator")).to_have_count(0)
