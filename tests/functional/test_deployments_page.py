"""The page of deployments (specification, web chapter §16.2)."""

from __future__ import annotations

from typing import Any

import pytest

from factories.projects import api_key
from logister_core.deployments.links import web_address
from logister_core.projects.models import Project
from logister_core.source_repositories.models import SourceRepository
from support.instance import Instance

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def address(of: Project) -> str:
    return f"/projects/{of.uuid}/deployments"


def announce(site: Instance, token: str, release: str, **fields: Any) -> None:
    defaults = {"release": release, "repository": "acme/shop", "commit_sha": COMMIT}
    answer = site.post("/api/v1/deployments", {"deployment": defaults | fields}, token)
    assert answer.status_int == 201


def releases(page: Any) -> list[str]:
    """Release and source of each row."""
    return [" ".join(row.th.get_text(" ").split()) for row in page.html.select("tbody tr")]


def links(page: Any, row: int = 0) -> dict[str, str]:
    return {link.get_text(): link["href"] for link in page.html.select("tbody tr")[row].find_all("a")}


@pytest.fixture
def shop(people: Any) -> tuple[Project, Any]:
    """A project and its owner's browser."""
    ana, browser = people.newcomer()
    return people.project(ana), browser


def test_the_newest_deployment_comes_first_with_what_is_known_of_it(site: Instance, shop: Any) -> None:
    project, browser = shop
    token = api_key(site, project)
    announce(site, token, "1.4.1", commit_sha="aaaaaaaa", branch="main")
    site.clock.forward(hours=1)
    announce(site, token, "1.4.2", release_tag="v1.4.2", pull_request_number=42)
    site.clock.forward(minutes=5)
    page = browser.get(address(project))
    assert releases(page) == ["1.4.2 api", "1.4.1 api"]
    assert links(page) == {
        "1.4.2": "https://github.com/acme/shop/releases/tag/v1.4.2",
        "0123456": f"https://github.com/acme/shop/commit/{COMMIT}",
        "PR #42": "https://github.com/acme/shop/pull/42",
        "Release": "https://github.com/acme/shop/releases/tag/v1.4.2",
        "Compare with previous": f"https://github.com/acme/shop/compare/aaaaaaaa...{COMMIT}",
    }
    assert links(page, 1) == {"aaaaaaa": "https://github.com/acme/shop/commit/aaaaaaaa"}
    cells = [cell.get_text(" ").strip() for cell in page.html.select("tbody tr")[1].find_all("td")]
    assert cells == ["acme/shop main", "production", "aaaaaaa", "No linked metadata", "1 hour ago"]
    assert "2 deployments" in page.text


def test_case_60_27_filters_narrow_the_list_and_keep_what_came_before(site: Instance, shop: Any) -> None:
    project, browser = shop
    token = api_key(site, project)
    announce(site, token, "1.0", commit_sha="aaaaaaa")
    announce(site, token, "1.1", commit_sha="bbbbbbb", branch="fix_100%")
    announce(site, token, "1.2", environment="staging", repository="acme/admin")
    site.send(token, context={"release": "0.9", "repository": "acme/shop", "commit_sha": "ccccccc"})
    site.project_events()

    def listed(**filters: str) -> list[str]:
        return sorted(releases(browser.get(address(project), filters)))

    assert listed(repository="acme/admin") == ["1.2 api"]
    assert listed(repository="acme/shop", q="bbbbbbb") == ["1.1 api"]
    assert listed(repository="acme/admin", q="bbbbbbb") == []
    assert listed(environment="staging") == ["1.2 api"]
    assert listed(source="telemetry") == ["0.9 telemetry"]
    assert listed(source="nonsense") == ["0.9 telemetry", "1.0 api", "1.1 api", "1.2 api"]
    assert listed(q="BBBBBB") == listed(q="100%") == listed(q="fix_100%") == ["1.1 api"]
    assert listed(q="fix-100") == listed(q="f%x") == []
    assert listed(q="acme/ad") == ["1.2 api"]
    assert listed(q="1.1", source="api") == ["1.1 api"]
    assert "Compare with previous" in links(browser.get(address(project), {"q": "1.1"}))

    form = next(form for form in browser.get(address(project)).forms.values() if "repository" in form.fields)
    assert [value for value, *_ in form["repository"].options] == ["", "acme/admin", "acme/shop"]
    assert [value for value, *_ in form["environment"].options] == ["", "production", "staging"]


def test_case_60_27_filters_that_match_nothing_say_so_and_can_be_reset(site: Instance, shop: Any) -> None:
    project, browser = shop
    announce(site, api_key(site, project), "1.0")
    for value in ("nothing", "%", "\x00", "' OR 1=1 --", "<script>"):
        page = browser.get(address(project), {"environment": value})
        assert ("No deployments match these filters." in page.text) == (value != "\x00")
        assert "<script>" not in page.text
    page = browser.get(address(project), {"q": "nothing"})
    assert releases(page.click("Reset", index=0)) == ["1.0 api"]


def test_case_60_27_an_empty_page_tells_how_to_announce_a_deployment(shop: Any) -> None:
    project, browser = shop
    page = browser.get(address(project))
    assert "No deployments yet" in page.text
    assert 'curl -X POST "http://localhost:6543/api/v1/deployments"' in page.html.find("pre").get_text()


def test_only_the_newest_hundred_are_listed(site: Instance, shop: Any) -> None:
    project, browser = shop
    token = api_key(site, project)
    for number in range(101):
        announce(site, token, f"1.{number}", commit_sha="aaaaaaa")
        site.clock.forward(seconds=1)
    page = browser.get(address(project))
    assert (len(releases(page)), releases(page)[0]) == (100, "1.100 api")
    assert "101 deployments, the newest 100 shown" in " ".join(page.html.get_text().split())


def test_links_lead_to_web_pages_only(site: Instance, shop: Any) -> None:
    project, browser = shop
    announce(
        site,
        api_key(site, project),
        '"><script>alert(1)</script>',
        release_url="javascript:alert(1)",
        compare_url="data:text/html,x",
        deployment_url="https://example.com/deployments/1",
        workflow_run_url="//example.com",
    )
    page = browser.get(address(project))
    assert "<script>alert" not in page.text
    assert links(page) == {
        "0123456": f"https://github.com/acme/shop/commit/{COMMIT}",
        "Deployment": "https://example.com/deployments/1",
    }


def test_links_lead_to_where_the_project_says_that_its_repository_is(site: Instance, shop: Any) -> None:
    project, browser = shop
    token = api_key(site, project)
    facts = {"default_branch": "", "runtime_root": "", "source_root": "", "enabled": True}
    with site.write() as db:
        for provider, name, host in (
            ("gitlab", "acme/shop", "https://git.example.com"),
            ("template", "acme/site", ""),
        ):
            values = facts | {"provider": provider, "full_name": name, "web_url": host, "link_template": "https://x/"}
            db.add(SourceRepository(project_id=project.id, created_at=site.clock(), updated_at=site.clock(), **values))
    for repository in ("acme/shop", "acme/site"):
        announce(site, token, "1.4.1", repository=repository, commit_sha="aaaaaaaa")
        site.clock.forward(hours=1)
        announce(site, token, "1.4.2", repository=repository, release_tag="v1.4.2", pull_request_number=42)
    page = browser.get(address(project), {"q": "1.4.2"})
    base = "https://git.example.com/acme/shop/-"
    assert links(page, 1) == {
        "1.4.2": f"{base}/releases/v1.4.2",
        "0123456": f"{base}/commit/{COMMIT}",
        "MR !42": f"{base}/merge_requests/42",
        "Release": f"{base}/releases/v1.4.2",
        "Compare with previous": f"{base}/compare/aaaaaaaa...{COMMIT}",
    }
    # Nothing but files has an address on a host known by a template.
    assert links(page, 0) == {}
    assert "No linked metadata" in page.html.select("tbody tr")[0].text
    # What was stated is kept, wherever it leads.
    announce(site, token, "1.5", commit_sha="bbbbbbb", pull_request_url="https://review.example/7")
    assert links(browser.get(address(project), {"q": "1.5"}))["MR"] == "https://review.example/7"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://example.com/x", True),
        ("http://example.com", True),
        ("HTTPS://example.com", True),
        ("https:///x", False),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("/local", False),
        ("https://[", False),
        (7, False),
        (None, False),
    ],
)
def test_what_counts_as_a_web_address(value: Any, shown: bool) -> None:
    assert web_address(value) == (value if shown else None)


def test_who_does_not_belong_to_the_project_finds_nothing(site: Instance, people: Any, shop: Any) -> None:
    project, _ = shop
    _, stranger = people.newcomer("ben@example.com")
    assert stranger.get(address(project), status="*").status_int == 404
    assert site.browser().get(address(project), status="*").location.startswith("http://localhost/users/sign_in")


def test_deployments_of_other_projects_are_not_listed(site: Instance, people: Any, shop: Any) -> None:
    project, browser = shop
    other = people.project(people.add("ben@example.com"), "Other")
    announce(site, api_key(site, other), "9.9", repository="secret/repository")
    page = browser.get(address(project))
    assert "No deployments yet" in page.text
    assert "secret/repository" not in page.text


def test_a_viewer_may_look(site: Instance, people: Any, shop: Any) -> None:
    project, _ = shop
    announce(site, api_key(site, project), "1.0")
    ben, browser = people.newcomer("ben@example.com")
    people.join(project, ben, "viewer")
    assert releases(browser.get(address(project))) == ["1.0 api"]
