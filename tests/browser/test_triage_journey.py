"""People deciding about errors, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from factories.errors import groups, post_event
from factories.projects import api_key, project
from support.journeys import Shop, Visits, expect_rows, expect_told, scrolls_sideways, stays

pytestmark = pytest.mark.browser

KEY, GATEWAY, DISK = "KeyError 'customer_id'", "gateway did not answer", "disk full"


def statuses(shop: Shop) -> dict[str, str]:
    return {title[:12]: found.status for title, found in groups(shop.site).items()}


def expect_open(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def expect_selected(page: Page, number: int) -> None:
    expect(page.locator("[data-select]:checked")).to_have_count(number)
    bar = page.locator("[data-selection]")
    if number:
        expect(bar.locator("[data-selection-count]")).to_have_text(f"{number} selected")
    else:
        expect(bar).to_be_hidden()


def test_the_keyboard_alone_is_enough(shop: Shop, open_page: Visits) -> None:
    page = open_page()
    same, focused, press = stays(page), page.locator(":focus"), page.keyboard.press
    press("j")
    press("j")
    press("k")
    expect(focused).to_contain_text(GATEWAY)
    press("o")
    expect_open(page, GATEWAY)
    press("e")
    expect_told(page, "Resolved “\u2068gateway did not answer\u2069”.")
    # The next one is open, and the keys go on from it.
    expect_open(page, DISK)
    expect(focused).to_contain_text(DISK)
    expect(page.locator(".filter[aria-current]")).to_contain_text("3")
    expect(page.locator(".section-inbox .section-count")).to_have_text("3")
    press("z")
    expect_told(page, "Undone")
    expect_open(page, GATEWAY)
    expect(page.locator(".section-inbox .section-count")).to_have_text("4")
    # A row that has the focus and is not open is decided about, and what is open stays.
    press("j")
    expect(focused).to_contain_text(DISK)
    press("i")
    expect_told(page, "Ignored “\u2068disk full\u2069”.")
    expect_open(page, GATEWAY)
    press("z")
    expect_told(page, "Undone")
    assert set(statuses(shop).values()) == {"unresolved"}
    assert same()
    page.get_by_role("tab", name="Stack").focus()
    press("ArrowRight")
    press("Enter")
    expect(page.get_by_role("tab", name="Context")).to_have_attribute("aria-selected", "true")
    press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Merge what is selected")
    press("Escape")
    press("s")
    page.get_by_role("button", name="Snooze by number").click()
    expect_told(page, "until 100 more events")
    press("a")
    press("ArrowDown")
    press("Enter")
    expect_told(page, "to you")
    press("/")
    page.keyboard.type("level:")
    expect(page.locator("[role=option]").first).to_be_visible()
    press("Escape")
    page.get_by_label("Search errors").fill("gateway")
    press("Enter")
    expect_rows(page, GATEWAY)


def test_many_errors_are_resolved_at_once_and_that_is_taken_back(shop: Shop, open_page: Visits) -> None:
    page = open_page()
    same = stays(page)
    expect_selected(page, 0)
    row = page.locator(".inbox-row").nth(1)
    before = row.bounding_box()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect_selected(page, 1)
    assert row.bounding_box() == before
    expect(page.get_by_label("Select all on this page")).to_have_js_property("indeterminate", True)
    page.keyboard.press("Escape")
    expect_selected(page, 0)
    boxes = page.locator("[data-select]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect_selected(page, 3)
    page.locator(".inbox-select").nth(1).click()
    expect_selected(page, 2)
    page.get_by_role("button", name="Clear").click()
    expect_selected(page, 0)
    page.get_by_label("Select KeyError: 'customer_id'").check()
    page.get_by_label("Select all on this page").check()
    expect_selected(page, 4)
    boxes.nth(3).uncheck()
    page.keyboard.press("e")
    expect_told(page, "Resolved 3 errors. The next occurrence reopens each of them.")
    expect(page.locator(".inbox-row")).to_have_count(1)
    expect_selected(page, 0)
    assert sorted(statuses(shop).values()) == ["resolved"] * 3 + ["unresolved"]
    page.get_by_role("button", name="Undo").click()
    expect_told(page, "Undone: 3 errors are as before.")
    expect(page.locator(".inbox-row")).to_have_count(4)
    assert set(statuses(shop).values()) == {"unresolved"}
    # Another list begins without a selection.
    boxes.nth(0).check()
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.get_by_role("button", name="Reopen")).to_be_hidden()
    expect_selected(page, 0)
    assert same()
    page.reload()
    expect(page.locator(".inbox-row")).to_have_count(4)


def test_errors_are_merged_and_taken_apart(shop: Shop, open_page: Visits) -> None:
    page = open_page()
    same = stays(page)
    boxes = page.locator("[data-select]")
    boxes.nth(1).check()
    expect(page.get_by_role("button", name="Merge")).to_be_disabled()
    boxes.nth(2).check()
    page.keyboard.press("m")
    expect_told(page, "Merged 2 errors into")
    expect(page.locator(".inbox-row")).to_have_count(3)
    page.get_by_text("Merged from 1 other error").click()
    page.get_by_role("button", name="Unmerge").click()
    expect_told(page, "is an error of its own again.")
    expect(page.locator(".inbox-row")).to_have_count(4)
    page.keyboard.press("z")
    expect_told(page, "Undone")
    expect(page.locator(".inbox-row")).to_have_count(3)
    assert same()


def test_errors_are_assigned_one_by_one_and_together(shop: Shop, open_page: Visits) -> None:
    page = open_page()
    page.locator(".assign-name").click()
    page.get_by_role("button", name="Assign to me").click()
    expect_told(page, "Assigned “\u2068KeyError: 'customer_id'\u2069” to you.")
    expect(page.get_by_label("Assigned to Ana. Assign")).to_be_visible()
    page.locator("[data-select]").nth(1).check()
    page.locator("[data-select]").nth(0).check()
    page.keyboard.press("a")
    expect(page.get_by_label("Person")).to_be_focused()
    page.get_by_label("Person").select_option("Nobody")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect_told(page, "Nobody is assigned to 2 errors any more.")
    assert {found.assigned_user_id for found in groups(shop.site).values()} == {None}


def test_an_address_that_is_refused_can_be_mended_where_it_was_typed(shop: Shop, open_page: Visits) -> None:
    page = open_page()
    same = stays(page)
    page.get_by_label("More actions").click()
    field = page.locator("#attach-link input[type=url]")
    field.fill("https://github.com/acme/shop/actions/runs/42")
    field.press("Enter")
    expect_told(page, "Nothing was changed: the address must be")
    expect(field).to_have_value("https://github.com/acme/shop/actions/runs/42")
    field.fill("https://github.com/acme/shop/issues/42")
    field.press("Enter")
    expect_told(page, "Attached")
    expect(page.locator(".link-line")).to_have_count(1)
    page.get_by_role("button", name="Remove").click()
    expect_told(page, "Removed")
    expect(page.locator(".link-line")).to_have_count(0)
    assert same()
    open_page.complaints.clear()


def test_errors_of_all_projects_are_decided_about_together(shop: Shop, open_page: Visits) -> None:
    other = project(shop.site, shop.owner, name="Warehouse")
    post_event(shop.site, api_key(shop.site, other), "shelf is empty", at=shop.site.clock())
    shop.site.project_events()
    page = open_page()
    page.goto(f"{shop.address}/inbox")
    same = stays(page)
    expect(page.locator(".inbox-row")).to_have_count(5)
    page.get_by_label("Select shelf is empty").check()
    page.get_by_label(f"Select {GATEWAY}").check()
    page.keyboard.press("m")
    expect_told(page, "Nothing was changed: errors of different projects cannot be merged.")
    expect_selected(page, 2)
    page.keyboard.press("e")
    expect_told(page, "Resolved 2 errors.")
    expect_open(page, "KeyError: 'customer_id'")
    expect(page.locator(".inbox-row")).to_have_count(3)
    page.get_by_role("button", name="Resolve", exact=True).last.click()
    expect(page.locator(".inbox-row")).to_have_count(2)
    expect(page.locator(":focus")).to_have_text("Resolve")
    page.keyboard.press("z")
    expect(page.locator(".inbox-row")).to_have_count(3)
    assert same()
    assert "/projects/" not in page.url
    # The browser itself says that an answer was 422.
    assert all("422" in complaint for complaint in open_page.complaints)
    open_page.complaints.clear()


def test_what_is_refused_or_fails_leaves_everything_as_it_was(shop: Shop, open_page: Visits) -> None:
    page = open_page()
    page.locator("[data-select]").nth(1).check()
    page.route("**/error_groups/**", lambda route: route.abort())
    page.keyboard.press("e")
    expect(page.locator("#page-message")).to_have_text("No connection to the server. Nothing was changed; try again.")
    page.unroute("**/error_groups/**")
    expect_selected(page, 1)
    open_page.complaints.clear()
    # Somebody else merged it meanwhile, and the page does not know yet.
    page.evaluate("document.querySelectorAll('[data-select]:checked').forEach((box) => { box.value = 'nothing'; })")
    page.keyboard.press("e")
    expect_told(page, "Nothing was changed: select one or more errors first.")
    expect(page.locator(".inbox-row")).to_have_count(4)
    assert set(statuses(shop).values()) == {"unresolved"}
    # The browser itself says that the answer was 422.
    open_page.complaints.clear()


def test_on_a_phone_the_selection_stays_in_reach(shop: Shop, open_page: Visits) -> None:
    page = open_page(width=390)
    page.locator(".inbox-select").nth(0).click()
    page.locator(".inbox-select").nth(3).click()
    expect_selected(page, 2)
    assert not scrolls_sideways(page)
    bar, sections = page.locator("[data-selection]").bounding_box(), page.locator(".sections").bounding_box()
    assert bar is not None
    assert sections is not None
    assert bar["y"] + bar["height"] <= sections["y"] + 1
    page.get_by_role("button", name="Ignore").click()
    expect_told(page, "Ignored 2 errors.")
    expect(page.locator(".inbox-row")).to_have_count(2)
    assert page.locator(".inbox-list-pane").is_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".inbox-row")).to_have_count(4)


def test_case_60_40_everything_works_without_scripts(shop: Shop, open_page: Visits) -> None:
    page = open_page(java_script_enabled=False)
    bar = page.get_by_role("form", name="Selected errors")
    expect(bar).to_be_hidden()
    page.get_by_label(f"Select {DISK}").check()
    page.get_by_label(f"Select {GATEWAY}").check()
    bar.get_by_role("button", name="Resolve").click()
    expect_told(page, "Resolved 2 errors.")
    expect(page.locator(".inbox-row")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect_told(page, "Undone: 2 errors are as before.")
    page.locator(".inbox-link").nth(1).click()
    page.get_by_role("tab", name="Context").click()
    expect(page.locator(".detail-panel")).to_contain_text("production")
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Archive").click()
    expect_told(page, "Archived")
    assert statuses(shop)[GATEWAY[:12]] == "archived"
    page.get_by_label("Search errors").fill("disk")
    page.get_by_label("Search errors").press("Enter")
    expect_rows(page, DISK)
