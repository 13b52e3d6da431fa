"""axe-core in a page: what people with impairments could not use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import axe_playwright_python
from playwright.sync_api import Page

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# Without `preload` it asks for nothing itself.
RUN: Final = """async () => (await axe.run(document, {resultTypes: ["violations"], preload: false})).violations
    .filter(found => ["serious", "critical"].includes(found.impact))
    .map(found => `${found.id}: ${found.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(" | ")}`)"""


def serious_faults(page: Page) -> list[str]:
    """Rule and places of each, in both themes."""
    page.evaluate(AXE)
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += page.evaluate(RUN)
    return found
