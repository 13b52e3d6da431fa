"""What everybody may read (specification, web chapter §5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from support.instance import Instance

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def database_kind() -> str:
    """Nothing here is asked of the database."""
    return "sqlite"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    return folder


def test_case_60_01_the_start_page_is_a_landing_page_where_it_is_wanted(
    make_site: Callable[..., Instance], people_of: Any
) -> None:
    quiet = make_site().browser()
    assert quiet.get("/", status=303).location == "http://localhost/users/sign_in"

    site = make_site(LOGISTER_LANDING_PAGE="yes", LOGISTER_PUBLIC_URL="https://errors.example.com/")
    page = site.browser().get("/")
    assert len(page.html.find_all("h1")) == 1
    assert page.html.find("a", string="Sign in")["href"] == "/users/sign_in"
    # Whatever host was asked, search engines learn the configured one.
    assert page.html.find("link", rel="canonical")["href"] == "https://errors.example.com/"
    assert page.html.find("meta", {"name": "robots"})["content"] == "index,follow"
    assert not re.findall(r"\sstyle=|<style|<script(?![^>]*src=)", page.text)

    _, browser = people_of(site).newcomer()
    assert browser.get("/", status=303).location == "http://localhost/projects"


def test_texts_exist_when_the_operator_has_written_them(make_site: Callable[..., Instance], texts: Path) -> None:
    browser = make_site(LOGISTER_PAGES_DIR=str(texts), LOGISTER_PUBLIC_URL="https://errors.example.com").browser()
    assert browser.get("/privacy", status=404)
    assert [link.text for link in browser.get("/users/sign_in").html.select(".foot-links a")] == ["Documentation"]

    (texts / "privacy.html").write_text("<h2>Who we are</h2><p>A <b>company</b>.</p>")
    (texts / "terms.txt").write_text("Be nice.\n\nUse <this> well.\n")
    (texts / "secret.txt").write_text("not a page")
    page = browser.get("/privacy")
    assert page.html.h1.text == "Privacy"
    assert page.html.select_one("article b").text == "company"
    assert page.html.find("link", rel="canonical")["href"] == "https://errors.example.com/privacy"
    assert [part.text for part in browser.get("/terms").html.select("article p")] == ["Be nice.", "Use <this> well."]
    links = {link.text: link["href"] for link in browser.get("/users/sign_in").html.select(".foot-links a")}
    assert links == {"Documentation": "https://logister.org/docs", "Privacy": "/privacy", "Terms": "/terms"}
    for path in ("/cookies", "/about", "/secret", "/../secret", "/privacy/", "/privacy.html"):
        browser.get(path, status=404)


def test_case_60_37_machine_files_name_the_public_address(make_site: Callable[..., Instance], texts: Path) -> None:
    (texts / "about.txt").write_text("We.")
    site = make_site(
        LOGISTER_LANDING_PAGE="1",
        LOGISTER_PAGES_DIR=str(texts),
        LOGISTER_PUBLIC_URL="https://errors.example.com",
        LOGISTER_DOCS_URL="https://d.example/",
    )
    browser = site.browser()
    robots = browser.get("/robots.txt")
    assert robots.content_type == "text/plain"
    *groups, maps = robots.text.strip().split("\n\n")
    assert len(groups) > 5
    for group in groups:
        agent, *rules = group.splitlines()
        assert agent.startswith("User-agent: ")
        assert all(rule.startswith(("Allow: ", "Disallow: ")) for rule in rules)
        assert {"Allow: /", "Disallow: /admin", "Disallow: /api", "Disallow: /projects"} <= set(rules)
    assert groups[-1].startswith("User-agent: *\n")
    assert maps.splitlines() == [
        "Sitemap: https://errors.example.com/sitemap.xml",
        "Sitemap: https://d.example/sitemap.xml",
    ]

    sitemap = browser.get("/sitemap.xml")
    assert sitemap.content_type == "application/xml"
    listed = [found.text or "" for found in ElementTree.fromstring(sitemap.body).iter(f"{SITEMAP}loc")]
    assert listed == ["https://errors.example.com/", "https://errors.example.com/about"]
    for address in listed:
        browser.get(address.removeprefix("https://errors.example.com"), status=200)

    private = make_site().browser()
    assert "Disallow: /\n" in private.get("/robots.txt").text
    assert "Allow: /\n" not in private.get("/robots.txt").text
    assert "<loc>" not in private.get("/sitemap.xml").text


def test_case_60_37_addresses_of_the_documentation_lead_there(make_site: Callable[..., Instance]) -> None:
    browser = make_site(LOGISTER_DOCS_URL="https://d.example/").browser()
    for path, target in (
        ("/docs", "https://d.example/"),
        ("/docs/", "https://d.example/"),
        ("/docs/http-api", "https://d.example/http-api/"),
        ("/docs/http-api/", "https://d.example/http-api/"),
        ("/docs/integrations/python", "https://d.example/integrations/python/"),
    ):
        assert browser.get(path, status=301).location == target
    for path in ("/docs/nonsense", "/docs/integrations", "/docs//evil.example", "/docs/http-api/x"):
        browser.get(path, status=404)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_error_pages_are_pages_for_people_and_json_for_programs(
    make_site: Callable[..., Instance], status: int
) -> None:
    browser = make_site().browser()
    ask = {
        400: lambda **options: browser.get("/users/sign_in?x=%FF", **options),
        404: lambda **options: browser.get("/nowhere", **options),
        422: lambda **options: browser.post("/users/sign_in", {}, **options),
    }[status]
    page = ask(status=status)
    assert len(page.html.find_all("h1")) == 1
    assert not re.findall(r"<link|<script|\ssrc=", page.text)
    assert ask(status=status, headers={"Accept": "application/json"}).json["error"]
