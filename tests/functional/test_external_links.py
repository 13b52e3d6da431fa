"""Issues and pull requests attached to errors (specification, grouping chapter §12)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from factories.errors import groups, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups.links.models import ErrorGroupLink
from logister_core.source_repositories.models import SourceRepository
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
    assert "Nothing was changed: the address must be a GitHub issue or pull request URL." in page
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


def test_issues_and_merge_requests_where_repositories_are_hosted(shop: Shop, people: Any) -> None:
    shop.send()
    base = {"full_name": "acme/shop", "link_template": "", "default_branch": "", "runtime_root": "", "source_root": ""}
    base |= {"enabled": True, "created_at": shop.site.clock(), "updated_at": shop.site.clock()}
    other = people.project(shop.owner, "Other")
    with shop.site.write() as db:
        for project, provider, host in (
            (shop.project, "gitlab", "https://git.example.com/hosting"),
            (shop.project, "github", "https://github.example.com"),
            (other, "gitlab", "https://elsewhere.example"),
        ):
            name = f"acme/{provider}"
            values = base | {"provider": provider, "web_url": host, "full_name": name}
            db.add(SourceRepository(project_id=project.id, **values))
    for url in (
        "https://elsewhere.example/acme/shop/-/issues/1",
        "https://git.example.com/acme/shop/-/issues/1",
        "https://git.example.com/hosting/acme/shop/issues/1",
        "https://git.example.com/hosting/shop/-/issues/1",
        "https://github.com/acme/shop/-/issues/1",
    ):
        assert (
            "Nothing was changed: the address must be the URL of an issue, a pull request" in attach(shop, url).follow()
        )
    attach(shop, "https://git.example.com/hosting/acme/web/shop/-/merge_requests/7/diffs?a=b")
    attach(shop, "https://git.example.com/hosting/acme/shop/-/issues/8")
    page = attach(shop, "https://github.example.com/acme/shop/issues/9").follow()
    assert links(shop.site) == [
        ("https://git.example.com/hosting/acme/web/shop/-/merge_requests/7", "pull_request", "acme/web/shop", "7",
         "acme/web/shop MR !7"),
        ("https://git.example.com/hosting/acme/shop/-/issues/8", "issue", "acme/shop", "8", "acme/shop issue #8"),
        ("https://github.example.com/acme/shop/issues/9", "issue", "acme/shop", "9", "acme/shop issue #9"),
    ]  # fmt: skip
    words = [line.find(string=True).strip() for line in page.html.select(".link-line > span")]
    assert words == ["Issue", "Issue", "Merge request"]


def test_attaching_and_removing_are_taken_back_as_they_were(shop: Shop) -> None:
    found = shop.send()
    page = attach(shop, ISSUE).follow()
    page = shop.undo(page)
    assert "Undone: " in page
    assert links(shop.site) == []
    page = attach(shop, ISSUE).follow()
    [before] = shop.site.rows(ErrorGroupLink)
    shop.site.clock.forward(minutes=1)
    removed = shop.act(f"external_links/{before.uuid}/delete", found).follow()
    # What was attached is gone, so that it cannot be taken back; the removal can.
    assert "Not undone: " in shop.undo(page)
    shop.undo(removed)
    [after] = shop.site.rows(ErrorGroupLink)
    facts = ("uuid", "url", "title", "created_by_id", "created_at")
    assert [getattr(after, name) for name in facts] == [getattr(before, name) for name in facts]
    assert "undone already" in shop.undo(removed)
    # Removed again and attached by somebody anew, the removal stands no longer.
    removed = shop.act(f"external_links/{after.uuid}/delete", found).follow()
    attach(shop, ISSUE)
    assert "Not undone: " in shop.undo(removed)
    history = shop.open(group_uuid=found.uuid, tab="history").html
    offered = [" ".join(form.find_parent("li").get_text(" ").split()) for form in history.select(".history-undo")]
    assert len(offered) == 1
    assert "attached acme/shop issue #42" in offered[0]
    assert len(links(shop.site)) == 1
