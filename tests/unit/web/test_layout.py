from __future__ import annotations

import re
from types import SimpleNamespace
from uuid import UUID

import pytest

SHOP = SimpleNamespace(name="Shop", uuid=UUID(int=1), kind="python")
HOSTILE = SimpleNamespace(name='"><script>alert(1)</script>', uuid=UUID(int=2), kind="python")
ANA = SimpleNamespace(name="Ana", email="ana@example.com")


def page(make_app, **values):
    return make_app(user=ANA, projects=[SHOP, HOSTILE], values=values).get("/page")


def test_without_a_project_the_sections_are_those_over_all_of_them(make_app):
    links = page(make_app).html.select("nav.sections a")
    assert [link["href"] for link in links] == ["/projects", "/inbox"]
    assert not make_app().get("/page").html.select("nav.sections")


def test_a_project_shows_its_sections_with_exactly_one_current(make_app):
    links = page(make_app, project=SHOP, section="inbox").html.select("nav.sections a")
    assert [link.select_one(".section-label").text for link in links] == [
        "Home", "Inbox", "Events", "Monitors", "Releases", "Settings",
    ]  # fmt: skip
    current = [link for link in links if link.get("aria-current") == "page"]
    assert [link["href"] for link in current] == [f"/projects/{SHOP.uuid}/inbox"]


def test_a_count_shows_only_where_something_waits(make_app):
    html = page(make_app, project=SHOP, section="home", section_counts={"inbox": 12, "monitors": 0}).html
    assert [count.text for count in html.select(".section-count")] == ["12"]


def test_the_switcher_lists_the_projects_and_marks_the_current_one(make_app):
    items = page(make_app, project=SHOP).html.select("[data-filter-item] a")
    assert [item.text for item in items] == ["Shop", HOSTILE.name]
    assert [item.get("aria-current") for item in items] == ["true", None]


def test_hostile_names_are_text(make_app):
    assert "<script>alert" not in page(make_app, project=HOSTILE)


def test_nobody_signed_in_has_no_person_menu_and_no_project_data(make_app):
    html = make_app().get("/page").html
    assert not html.select(".bar-person")
    assert "No active projects yet" in html.text


def test_signing_out_is_a_form_with_the_token(make_app):
    form = page(make_app).html.select_one('form[action="/users/sign_out"]')
    assert form["method"] == "post"
    assert form.select_one('input[name="csrf_token"]')["value"]


def test_flash_messages_are_announced_and_escaped(make_app):
    html = make_app(user=ANA, flashes=[("notice", "Saved."), ("alert", "<b>No</b>")]).get("/page")
    flashes = html.html.select(".flash")
    assert [flash["role"] for flash in flashes] == ["status", "alert"]
    assert "<b>No</b>" not in html


@pytest.mark.parametrize(("path", "robots"), [("/page", "noindex,nofollow"), ("/account", "noindex,follow")])
def test_pages_are_not_indexed(make_app, path, robots):
    html = make_app(user=ANA).get(path).html
    assert html.select_one('meta[name="robots"]')["content"] == robots


@pytest.mark.parametrize("path", ["/page", "/account"])
def test_the_first_link_skips_to_the_content(make_app, path):
    html = make_app(user=ANA).get(path).html
    assert html.select_one("body a")["href"] == "#main"
    assert html.select_one("main#main")


def test_a_layout_holds_no_inline_style_or_script(make_app):
    html = page(make_app, project=SHOP, section="inbox").text
    assert not re.findall(r"\sstyle=|<style|<script(?![^>]*src=)", html)


def test_an_application_below_a_prefix_links_below_it(make_app):
    app = make_app(user=ANA, projects=[SHOP], values={"project": SHOP})
    html = app.get("/page", extra_environ={"SCRIPT_NAME": "/errors"}).html
    assert html.select_one("nav.sections a")["href"] == f"/errors/projects/{SHOP.uuid}"
