"""`python -m support.screenshots FOLDER`: pictures of the pages with demo data.

Each page at 390 and 1440 px in both themes. A page that scrolls sideways, asks another host for something or writes to
the console is named, and the command fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from logister_core.demo.state import DemoState

from .chromium import VARIABLE, find_chromium
from .server import Web

WIDTHS = (390, 1440)
THEMES = ("light", "dark")
SETTINGS = ("general", "team", "integrations", "admin", "danger")
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def main() -> int:
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get(VARIABLE) or find_chromium()
    if not chromium:
        print("error: Chromium was not found", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        problems = list(_take(Path(folder), target, str(chromium)))
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(list(target.glob('*.png')))} pictures in {target}")
    return 1 if problems else 0


def _take(folder: Path, target: Path, chromium: str) -> Iterator[str]:
    web = Web(folder, {"LOGISTER_HOME": str(folder / "var")})
    fill = [Path(sys.executable).parent / "logister", "demo", "--fill-only"]
    subprocess.run(fill, cwd=folder, env={**os.environ, "LOGISTER_HOME": str(folder / "var")}, check=True)
    state = DemoState.load(folder / "var")
    assert state is not None, "the demo keeps its state"
    web.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for width in WIDTHS:
                for theme in THEMES:
                    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
                    yield from _pages(context, web.url, state, target, f"{width}-{theme}")
                    context.close()
            browser.close()
    finally:
        web.stop()


def _pages(context: BrowserContext, url: str, state: DemoState, target: Path, suffix: str) -> Iterator[str]:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: None if request.url.startswith(url) else said.append(f"asked {request.url}"))
    page.goto(f"{url}/users/sign_in")
    page.screenshot(path=target / f"sign-in-{suffix}.png")
    page.fill("input[type=email]", state.email)
    page.fill("input[type=password]", state.password)
    page.click("main form button[type=submit]")
    for name, address in _addresses(page, url, state):
        page.goto(address)
        page.screenshot(path=target / f"{name}-{suffix}.png", full_page=name != "inbox")
        if page.evaluate(SIDEWAYS):
            yield f"{name} scrolls sideways at {suffix}"
    yield from (f"{suffix}: {line}" for line in said)


def _addresses(page: Page, url: str, state: DemoState) -> list[tuple[str, str]]:
    project = f"{url}/projects/{next(iter(state.projects.values()))}"
    page.goto(f"{project}/inbox?filter=all")
    group = page.locator("[data-row-link]").first.get_attribute("href")
    named = ("inbox", "activity", "monitors", "releases", "deployments", "setup", "edit")
    return [
        ("projects", f"{url}/projects"),
        ("new-project", f"{url}/projects/new"),
        ("home", project),
        *((name, f"{project}/{name}") for name in named),
        *((f"settings-{name}", f"{project}/settings?section={name}") for name in SETTINGS),
        *((f"detail-{tab}", f"{url}{group}&tab={tab}") for tab in ("stack", "context", "occurrences", "related_logs")),
    ]


if __name__ == "__main__":
    sys.exit(main())
