"""Which section of the bar every page belongs to (specification, web chapter §11.1)."""

from __future__ import annotations

from typing import Any

from factories.shop import Shop
from support.instance import Instance


def test_case_60_21_each_page_of_a_project_marks_exactly_one_section(site: Instance, people: Any) -> None:
    shop = Shop(site, people)
    error, log = shop.post("boom"), shop.post("hello", event_type="log")
    site.project_events()
    pages = {
        "": "Home",
        "/inbox": "Inbox",
        "/inbox?q=nothing": "Inbox",
        f"/events/{error}": "Inbox",
        f"/events/{log}": "Events",
        "/activity": "Events",
        "/monitors": "Monitors",
        "/releases": "Releases",
        "/deployments": "Releases",
        "/settings": "Settings",
        "/settings?section=danger": "Settings",
        "/setup": "Settings",
        "/edit": "Settings",
        "/grouping": "Settings",
    }
    assert {path: current(shop.browser.get(f"{shop.path}{path}")) for path in pages} == pages


def current(page: Any) -> str:
    [link] = page.html.select("nav.sections [aria-current=page]")
    return str(link.select_one(".section-label").text)
