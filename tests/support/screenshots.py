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
from uuid import UUID

from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from logister_core.accounts.models import User
from logister_core.demo.state import DemoState
from logister_core.projects.models import Project

from .chromium import VARIABLE, find_chromium
from .instance import instance
from .pages import PICTURES, Picture
from .programs import free_port
from .world import SETTINGS, TEXT, World, world

WIDTHS = (390, 1440)
THEMES = ("light", "dark")
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SEND_EMPTY = "document.querySelector('main form').submit()"
# Pictures of pages that go on for long are cut there.
TALLEST = 4_000
# How much of the demo: enough for every curve to be one.
SCALE = "0.3"


def main() -> int:
    target, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    target.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get(VARIABLE) or find_chromium()
    if not chromium:
        print("error: Chromium was not found", file=sys.stderr)
        return 1
    pictures = [picture for picture in PICTURES if not wanted or picture.name in wanted]
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        problems = list(take(Path(folder), target, str(chromium), pictures))
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(pictures) * len(WIDTHS) * len(THEMES)} pictures in {target}")
    return 1 if problems else 0


def fill(folder: Path) -> None:
    """The demo's installation, in `folder`/var."""
    command = [Path(sys.executable).parent / "logister", "demo", "--fill-only", "--scale", SCALE]
    command += ["--port", str(free_port())]
    subprocess.run(command, cwd=folder, env={**os.environ, "LOGISTER_HOME": str(folder / "var")}, check=True)


def take(folder: Path, target: Path, chromium: str, pictures: list[Picture]) -> Iterator[str]:
    """Take them into `target`; what is wrong with them."""
    home, texts = folder / "var", folder / "texts"
    texts.mkdir()
    (texts / "about.txt").write_text(TEXT)
    state = DemoState.load(home)
    assert state is not None, "the demo keeps its state"
    settings = {**SETTINGS, "LOGISTER_PAGES_DIR": str(texts), "LOGISTER_ADMIN_EMAILS": state.email}
    with instance(f"sqlite:///{home / 'logister.db'}", home, settings) as site:
        site.clock.now = datetime.now(UTC)
        with site.read() as db:
            owner = db.scalars(select(User).where(User.email == state.email)).one()
            many = db.scalars(select(Project).where(Project.uuid == UUID(state.projects["webshop"]))).one()
        with world(site, owner, many) as there, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for who in dict.fromkeys(picture.who for picture in pictures):
                yield from _of_person(browser, there, who, [one for one in pictures if one.who == who], target)
            browser.close()


def _of_person(browser: Browser, there: World, who: str, pictures: list[Picture], target: Path) -> Iterator[str]:
    said: list[str] = []
    for width in WIDTHS:
        # Nothing fades, so that a theme is itself at once.
        context = there.enter(browser, who, viewport={"width": width, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.page.url}: {message.text}"))
        page.on("request", lambda request: None if there.ours(request.url) else said.append(f"asked {request.url}"))
        for picture in pictures:
            open_picture(page, there, picture)
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                _shoot(page, target / f"{picture.name}-{width}-{theme}.png", whole=picture.whole)
            if page.evaluate(SIDEWAYS):
                yield f"{picture.name} scrolls sideways at {width}"
        context.close()
    # The browser itself says that an answer was 404 or 422.
    yield from (line for line in said if "Failed to load resource" not in line)


def open_picture(page: Page, there: World, picture: Picture) -> None:
    page.goto(there.address(picture.path))
    if picture.refused:
        with page.expect_navigation():
            page.evaluate(SEND_EMPTY)
    for selector in picture.press:
        page.locator(selector).first.click(timeout=5_000)
        # What is pressed may fetch something, and is pale until it is there.
        page.evaluate(NEXT_FRAME)
        expect(page.locator("[aria-busy=true]")).to_have_count(0)


def _shoot(page: Page, path: Path, *, whole: bool) -> None:
    if not whole:
        page.screenshot(path=path)
        return
    assert page.viewport_size is not None
    width, height = page.viewport_size["width"], page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(max(height, 900), TALLEST)}
    page.screenshot(path=path, full_page=True, clip=clip)


if __name__ == "__main__":
    sys.exit(main())
