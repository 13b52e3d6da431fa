"""A browser in the inbox of a small shop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.instance import Instance
from support.journeys import Shop, Visits, serving


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


@pytest.fixture
def shop(site: Instance) -> Iterator[Shop]:
    with serving(site) as found:
        yield found


@pytest.fixture
def open_page(shop: Shop, browser: Browser) -> Iterator[Visits]:
    """Afterwards nothing may have failed, been blocked, popped up or asked another server in the pages."""
    visits = Visits(shop, browser)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.complaints == []
