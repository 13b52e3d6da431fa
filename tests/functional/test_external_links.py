"""Issues and pull requests attached to errors (specification, grouping chapter §12)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from factories.errors import groups, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups.links.models import ErrorGroupLink
from support.instance import Instance

FIELD = "error_group_external_link[url]"
ISSUE = "https://github.com/acme/shop/issues/42"


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def attach(shop: Shop, url: str, status: int = 303) -> Any:
    return shop.act("external_links", groups(shop.site)["boom"], status=status, **{FIELD: url})


def links(site: Instance) -> list[tuple[str, str, str, str, str]]:
    names = ("url", "link_type", "repository_full_name", "external_id", "title")
    return [tuple(getattr(link, name) for name in names) for link in site.rows(ErrorGroupLink)]


def test_case_20_27_an_issue_is_kept_without_its_query_and_other_addresses_are_not(shop: Shop) -> None:
    found = shop.send()
    answer = attach(shop, f" {ISSUE}?x=1#comment ")
    assert parse_qs(urlsplit(answer.location).query)["group_uuid"] == [str(found.uuid)]
    issue = (ISSUE, "issue", "acme/shop", "42", "acme/shop issue #42")
    assert links(shop.site) == [issue]
    page = attach(shop, "https://github.com/acme/shop/actions/runs/42").follow()
    assert "Not attached: the address must be a GitHub issue or pull request URL." in page
    for url in (
        "",
        "javascript:alert(1)",
        "https://github.com.evil.example/a/b/issues/1",
        "https://[",
        "https://user@github.com/a/b/issues/1",
        "https://github.com/a/b/issues/٣",
    ):
        attach(shop, url)
    assert "is attached to this error already" in attach(shop, f"{ISSUE}/").follow()
    page = attach(shop, "HTTPS://GitHub.com/acme/shop/pull/7/files").follow()
    assert links(shop.site) == [
        issue,
        ("https://github.com/acme/shop/pull/7", "pull_request", "acme/shop", "7", "acme/shop PR #7"),
    ]
    assert [" ".join(line.text.split()) for line in page.html.select(".link-line > span")] == [
        "Pull request acme/shop PR #7 attached by ana@example.com",
        "Issue acme/shop issue #42 attached by ana@example.com",
    ]


def test_links_are_removed_by_people_of_the_project_only(shop: Shop, people: Any) -> None:
    shop.send()
    attach(shop, ISSUE)
    [link] = shop.site.rows(ErrorGroupLink)
    send_error(shop.site, api_key(shop.site, people.project(shop.owner, "Other")), "theirs")
    found = groups(shop.site)
    _, stranger = people.newcomer("eve@example.com")
    token = stranger.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    path = f"{shop.path}/error_groups/{found['boom'].uuid}/external_links"
    stranger.post(path, {"csrf_token": token, FIELD: ISSUE}, status=404)
    stranger.post(f"{path}/{link.uuid}/delete", {"csrf_token": token}, status=404)
    other = shop.send("another")
    shop.act(f"external_links/{link.uuid}/delete", other, status=404)
    shop.act("external_links", found["theirs"], status=404, **{FIELD: ISSUE})
    assert len(links(shop.site)) == 1
    viewer, browser = people.newcomer("vera@example.com")
    people.join(shop.project, viewer, "viewer")
    page = browser.get(shop.inbox, {"group_uuid": found["boom"].uuid})
    [form] = [form for form in page.forms.values() if str(link.uuid) in form.action]
    assert "Removed acme/shop issue #42." in form.submit().follow()
    assert links(shop.site) == []
    history = shop.open(group_uuid=found["boom"].uuid, tab="history").html.select(".history-what")
    assert [" ".join(line.text.split()) for line in history][:2] == [
        "Ana removed acme/shop issue #42",
        "Ana attached acme/shop issue #42",
    ]
