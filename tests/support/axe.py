"""axe-core in a page: what people with impairments could not use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import axe_playwright_python
from playwright.sync_api import Page

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# Of things in a row the fourth is like the first three.
REPEATED: Final = ["li:nth-child(n+4)", "tbody > tr:nth-child(n+4)"]
# What a theme can change.
OF_THEME: Final = ["color-contrast", "link-in-text-block"]
# Without `preload` it asks for nothing itself.
RUN: Final = """async ([repeated, rules]) => (await axe.run({
        exclude: repeated.filter(one => document.querySelector(one)),
    }, {
        resultTypes: ["violations"], preload: false, elementRef: false, ancestry: false,
        ...(rules ? {runOnly: {type: "rule", values: rules}} : {}),
    })).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .map(found => `${found.id}: ${found.nodes.slice(0, 3)
        .map(node => `${node.html.slice(0, 200)} ${JSON.stringify(node.any.map(one => one.data))}`).join(" | ")}`)"""


def faults_in_light(page: Page) -> list[str]:
    """Serious ones in the light theme: rule, places, and what was measured there."""
    page.evaluate(AXE)
    return _run(page, "light", None)


def faults_in_dark(page: Page) -> list[str]:
    """Those that the dark theme adds, on a page that was looked at in the light one."""
    return [f"dark: {found}" for found in _run(page, "dark", OF_THEME)]


def _run(page: Page, theme: str, rules: list[str] | None) -> list[str]:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    found: list[str] = page.evaluate(RUN, [REPEATED, rules])
    return found
