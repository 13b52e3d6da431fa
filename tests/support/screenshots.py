"""`python -m support.screenshots FOLDER [NAME…]`: pictures of the pages with demo data, of all or of those named.

Each page of `support.pages` at 390 and 1440 px in both themes. A page that scrolls sideways, asks another host for
something or writes to the console is named, and the command fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright
from sqlalchemy import select

from logister_core.accounts.models import User
from logister_core.demo.state import DemoState
from logister_core.projects.models import Project

from .chromium import VARIABLE, find_chromium
from .instance import instance
from .pages import PICTURES, Picture, furnish, ids
from .server import Web

WIDTHS = (390, 1440)
THEMES = ("light", "dark")
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SEND_EMPTY = "document.querySelector('main form').submit()"
# Pictures of pages that go on for long are cut there.
TALLEST = 4_000


def main() -> int:
    target, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    target.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get(VARIABLE) or find_chromium()
    if not chromium:
        print("error: Chromium was not found", file=sys.stderr)
        return 1
    pictures = [picture for picture in PICTURES if not wanted or picture.name in wanted]
    with tempfile.TemporaryDirectory() as folder:
        problems = list(_take(Path(folder), target, str(chromium), pictures))
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(pictures) * len(WIDTHS) * len(THEMES)} pictures in {target}")
    return 1 if problems else 0


def _take(folder: Path, target: Path, chromium: str, pictures: list[Picture]) -> Iterator[str]:
    home = folder / "var"
    (folder / "texts").mkdir()
    (folder / "texts" / "about.txt").write_text("We run this server.\n\nWrite to us when something is wrong with it.")
    variables = {
        "LOGISTER_HOME": str(home),
        "LOGISTER_LANDING_PAGE": "yes",
        "LOGISTER_PAGES_DIR": str(folder / "texts"),
    }
    fill = [Path(sys.executable).parent / "logister", "demo", "--fill-only"]
    subprocess.run(fill, cwd=folder, env={**os.environ, **variables}, check=True)
    state = DemoState.load(home)
    assert state is not None, "the demo keeps its state"
    things = _furnish(home, state)
    web = Web(folder, {**variables, "LOGISTER_ADMIN_EMAILS": state.email})
    web.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for width in WIDTHS:
                for theme in THEMES:
                    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
                    yield from _pages(context, web.url, state, things, pictures, target, f"{width}-{theme}")
                    context.close()
            browser.close()
    finally:
        web.stop()


def _furnish(home: Path, state: DemoState) -> dict[str, str]:
    """What the pictures show besides the demo's own projects."""
    with instance(f"sqlite:///{home / 'logister.db'}", home) as site:
        site.clock.now = datetime.now(UTC)
        with site.read() as db:
            owner = db.scalars(select(User).where(User.email == state.email)).one()
            project = db.scalars(select(Project).where(Project.uuid.in_(state.projects.values()))).first()
        assert project is not None, "the demo has projects"
        return {**furnish(site, owner), **ids(site, "many", project)}


def _pages(
    context: BrowserContext,
    url: str,
    state: DemoState,
    things: dict[str, str],
    pictures: list[Picture],
    target: Path,
    suffix: str,
) -> Iterator[str]:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    page.on("request", lambda request: None if request.url.startswith(url) else said.append(f"asked {request.url}"))
    for signed_in in (False, True):
        if signed_in:
            _sign_in(page, url, state)
        for picture in pictures:
            if picture.signed_in != signed_in:
                continue
            page.goto(url + picture.path.format(**things))
            if picture.refused:
                with page.expect_navigation():
                    page.evaluate(SEND_EMPTY)
            path = target / f"{picture.name}-{suffix}.png"
            if picture.whole:
                width = page.viewport_size["width"]
                height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
                clip = {"x": 0, "y": 0, "width": width, "height": max(height, 900)}
                page.screenshot(path=path, full_page=True, clip=clip)
            else:
                page.screenshot(path=path)
            if page.evaluate(SIDEWAYS):
                yield f"{picture.name} scrolls sideways at {suffix}"
    # The browser itself says that an answer was 404 or 422.
    yield from (f"{suffix}: {line}" for line in said if "Failed to load resource" not in line)


def _sign_in(page: Page, url: str, state: DemoState) -> None:
    page.goto(f"{url}/users/sign_in")
    page.fill("input[type=email]", state.email)
    page.fill("input[type=password]", state.password)
    page.click("main form button[type=submit]")


if __name__ == "__main__":
    sys.exit(main())
