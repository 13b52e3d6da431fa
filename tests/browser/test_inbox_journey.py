"""People looking for errors and reading them, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from factories.errors import groups, key_error
from support.journeys import HOSTILE, Shop, expect_rows, expect_told, scrolls_sideways, stays

pytestmark = pytest.mark.browser


def test_the_newest_error_is_open_beside_the_list_and_resolving_opens_the_next(shop: Shop, open_page: Any) -> None:
    page = open_page()
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'customer_id'")
    expect(page.locator(".line.is-current").first).to_contain_text("customer = session.get")
    assert page.locator(".inbox-list-pane").is_visible()
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect_told(page, "Resolved")
    expect(page.get_by_role("heading", level=1)).to_have_text("gateway did not answer")
    expect(page.locator(".inbox-row")).to_have_count(3)
    page.get_by_role("link", name="Resolved").click()
    expect_rows(page, "KeyError 'customer_id'")
    page.get_by_role("button", name="Reopen").click()
    expect(page.locator(".empty-title")).to_have_text("Nothing is resolved")
    assert groups(shop.site)["KeyError: 'customer_id'"].reopen_count == 1


def test_on_a_phone_the_list_comes_first_and_an_error_is_a_page(shop: Shop, open_page: Any) -> None:
    page = open_page(width=390)
    assert page.locator(".inbox-list-pane").is_visible()
    assert not page.locator(".inbox-detail").is_visible()
    assert not scrolls_sideways(page)
    page.locator(".inbox-link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'customer_id'")
    assert not page.locator(".inbox-list-pane").is_visible()
    for name in ("Context", "Occurrences", "Related", "Stack"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        assert not scrolls_sideways(page), name
    page.get_by_role("link", name="All errors").click()
    assert page.locator(".inbox-list-pane").is_visible()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_case_60_38_hostile_texts_neither_run_nor_break_the_layout(shop: Shop, open_page: Any, width: int) -> None:
    page = open_page(width=width)
    hostile = next(found for title, found in groups(shop.site).items() if title.startswith(HOSTILE))
    for tab in ("stacktrace", "context", "occurrences", "related_logs", "history"):
        page.goto(f"{shop.inbox}?group_uuid={hostile.uuid}&tab={tab}")
        assert not scrolls_sideways(page), tab
        # Menus lie above what comes below them.
        for details in page.locator(".inbox-detail details:not([open]):not([data-menu]) > summary").all():
            if details.is_visible():
                details.click()
        assert not scrolls_sideways(page), tab
    assert page.evaluate("document.querySelectorAll('main script, main img').length") == 0


def test_frames_unfold_and_the_stack_can_be_copied(shop: Shop, open_page: Any) -> None:
    page = open_page()
    fold = page.locator(".frame-fold > summary")
    expect(fold).to_have_text("3 frames in django")
    expect(page.get_by_text("handlers/base.py")).to_be_hidden()
    fold.click()
    expect(page.get_by_text("handlers/base.py")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy stack").click()
    expect(page.locator(".stack-head [data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Traceback (most recent call last):")


def test_an_error_that_comes_back_is_announced(shop: Shop, open_page: Any) -> None:
    page = open_page()
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect_told(page, "Resolved")
    shop.site.clock.forward(hours=1)
    shop.send(**key_error(release="1.4.3"))
    shop.site.project_events()
    page.goto(shop.inbox)
    expect(page.locator(".inbox-row").first).to_contain_text("regressed in 1.4.3")
    expect(page.locator(".detail-news.is-danger")).to_contain_text("Regressed in 1.4.3, just now: was resolved by")


TITLES = ("KeyError 'customer_id'", "gateway did not answer", "disk full")


def test_errors_open_in_place_and_the_way_back_leads_through_them(shop: Shop, open_page: Any) -> None:
    page = open_page()
    same = stays(page)
    heading = page.get_by_role("heading", level=1)
    selected = page.locator(".inbox-link[aria-current]")
    for title in TITLES[1:]:
        page.locator(".inbox-link", has_text=title).click()
        expect(heading).to_have_text(title)
        expect(selected).to_contain_text(title)
    page.go_back()
    expect(heading).to_have_text("gateway did not answer")
    expect(selected).to_contain_text("gateway did not answer")
    page.go_back()
    expect(heading).to_have_text("KeyError: 'customer_id'")
    page.go_forward()
    expect(heading).to_have_text("gateway did not answer")
    assert same()
    page.reload()
    expect(heading).to_have_text("gateway did not answer")
    # What could not be loaded leaves everything as it was.
    page.route("**/inbox?*", lambda route: route.abort())
    page.locator(".inbox-link", has_text="disk full").click()
    expect(page.locator("#page-message")).to_contain_text("No connection")
    expect(selected).to_contain_text("gateway did not answer")
    expect(heading).to_have_text("gateway did not answer")
    open_page.complaints.clear()


def test_a_search_is_completed_and_answered_while_it_is_typed(shop: Shop, open_page: Any) -> None:
    page = open_page()
    same = stays(page)
    field = page.get_by_label("Search errors")
    page.keyboard.press("/")
    expect(page.locator("[role=option]")).to_have_count(7)
    page.keyboard.type("disk")
    expect_rows(page, "disk full")
    expect(page.get_by_role("heading", level=1)).to_have_text("disk full")
    expect(field).to_be_focused()
    assert "q=disk" in page.url
    field.fill("")
    page.keyboard.type("is:re")
    expect(page.locator("[role=option]")).to_have_text(["is:resolved", "is:regressed", "is:unresolved", "is:ignored"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("is:resolved ")
    expect(page.locator(".empty-title")).to_have_text("No match")
    expect(page.locator(".filter[aria-current]")).to_have_text("Resolved")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    page.get_by_role("link", name="Clear search").click()
    expect(field).to_have_value("")
    expect(page.locator(".empty-title")).to_have_text("Nothing is resolved")
    page.get_by_role("link", name="Open").first.click()
    expect(page.locator(".inbox-row")).to_have_count(4)
    page.get_by_label("Assigned to").select_option("me")
    expect(page.locator(".empty-title")).to_have_text("No open errors")
    page.go_back()
    expect(page.locator(".inbox-row")).to_have_count(4)
    expect(page.get_by_label("Assigned to")).to_have_value("all")
    assert same()


def test_what_arrives_waits_until_it_is_asked_for(shop: Shop, open_page: Any) -> None:
    page = open_page()
    page.clock.install()
    page.reload()
    shop.site.clock.forward(minutes=1)
    for number in range(99):
        shop.send(f"fault {number}", fingerprint=f"f{number}")
    shop.site.project_events()
    page.clock.fast_forward(31_000)
    news = page.get_by_role("button", name="99 new groups · show")
    expect(news).to_be_visible()
    expect(page.locator(".inbox-row")).to_have_count(4)
    page.locator("[data-select]").nth(0).check()
    news.click()
    expect(page.locator(".inbox-row")).to_have_count(100)
    expect(news).to_be_hidden()
    # The open error stays open, and more rows join those that are there; what is selected stays so.
    expect(page.get_by_role("heading", level=1)).to_have_text("KeyError: 'customer_id'")
    page.get_by_role("link", name="Next 100 issues").click()
    expect(page.locator(".inbox-row")).to_have_count(103)
    expect(page.locator(".inbox-link[aria-current]")).to_contain_text("KeyError")
    expect(page.get_by_role("link", name="Next 100 issues")).to_have_count(0)
    expect(page.locator("[data-select]:checked")).to_have_count(1)
    expect(page.locator("[data-selection-count]")).to_have_text("1 selected")
    page.get_by_label("Select all on this page").check()
    expect(page.locator("[data-selection-count]")).to_have_text("103 selected")
