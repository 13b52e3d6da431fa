"""Repositories of a project, and what frames make of them (specification, chapters 20 §17, 60 §17.5, 10 §10.4)."""

from __future__ import annotations

from typing import Any

import pytest

from factories.errors import frame, key_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.deployments.models import ProjectDeployment
from logister_core.source_repositories.models import SourceRepository
from support.instance import Instance

UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def token_of(browser: Any) -> str:
    token: str = browser.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    return token


def page_of(shop: Shop) -> str:
    return f"{shop.path}/source_repositories"


def settings_of(shop: Shop) -> str:
    return f"{shop.path}/settings?section=integrations"


def connect(shop: Shop, status: int = 303, **fields: str) -> Any:
    """Send the form that connects a repository."""
    form = next(form for form in shop.browser.get(settings_of(shop)).forms.values() if form.action == page_of(shop))
    for name, value in ({"full_name": "acme/shop"} | fields).items():
        form[f"source_repository[{name}]"] = value
    return form.submit(status=status)


def repository(shop: Shop) -> SourceRepository:
    [found] = shop.site.rows(SourceRepository)
    return found


def links(page: Any) -> list[str]:
    return [link["href"] for link in page.html.select(".frame-link a[rel]")]


def test_managers_connect_change_switch_off_and_remove(shop: Shop) -> None:
    answer = connect(shop, full_name="git@github.com:acme/shop.git", runtime_root="/srv/app", source_root="/apps/web")
    assert answer.location.endswith(f"{settings_of(shop)}#source-repositories")
    page = answer.follow()
    assert "acme/shop is connected." in page
    assert (
        "/srv/app/shop/orders.py leads to https://github.com/acme/shop/blob/main/apps/web/shop/orders.py#L47"
        in " ".join(page.html.get_text(" ").split())
    )
    found = repository(shop)
    ids = [field["id"] for field in page.html.select("input[id], select[id]")]
    assert len(ids) == len(set(ids))

    form = next(form for form in page.forms.values() if form.action.endswith(str(found.uuid)))
    form["source_repository[default_branch]"] = "trunk"
    form.set("source_repository[enabled]", None, index=1)
    assert "acme/shop is saved." in form.submit().follow()
    changed = repository(shop)
    assert (changed.default_branch, changed.enabled, changed.runtime_root) == ("trunk", False, "/srv/app")
    assert "switched off" in shop.browser.get(settings_of(shop))

    # A partial body changes only what it names.
    shop.browser.patch(
        f"{page_of(shop)}/{found.uuid}",
        {"csrf_token": token_of(shop.browser), "source_repository[source_root]": ""},
        status=303,
    )
    assert (repository(shop).source_root, repository(shop).default_branch) == ("", "trunk")

    form = next(form for form in shop.browser.get(settings_of(shop)).forms.values() if form.action.endswith("/remove"))
    assert "no longer connected" in form.submit().follow()
    assert shop.site.count(SourceRepository) == 0


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(shop: Shop) -> None:
    page = connect(shop, 422, full_name="shop", runtime_root="../x", web_url="javascript:alert(1)")
    assert [words.text for words in page.html.select(".field-errors li")] == [
        "must look like owner/repository",
        "must be an address like https://git.example.com",
        "cannot include path traversal",
    ]
    assert page.html.select_one("#field-source_repository-runtime_root")["value"] == "../x"
    assert page.html.select_one(".repository-new").has_attr("open")
    assert shop.site.count(SourceRepository) == 0
    connect(shop)
    assert "is already connected to this project" in connect(shop, 422, full_name="https://github.com/acme/shop")


def test_the_wrong_person_finds_nothing(shop: Shop) -> None:
    connect(shop)
    one = f"{page_of(shop)}/{repository(shop).uuid}"
    other = shop.people.project(shop.owner, "Other")
    shop.browser.get(f"/projects/{other.uuid}/source_repositories/{repository(shop).uuid}", status=404)
    shop.browser.get(f"{page_of(shop)}/{UNKNOWN}", status=404)
    viewer, viewing = shop.people.newcomer("vera@example.com")
    shop.people.join(shop.project, viewer, "viewer")
    _, stranger = shop.people.newcomer("eve@example.com")
    for browser in (viewing, stranger):
        token = {"csrf_token": token_of(browser)}
        browser.get(page_of(shop), status=404)
        browser.post(page_of(shop), token | {"source_repository[full_name]": "a/b"}, status=404)
        for path in (one, f"{one}/remove"):
            browser.post(path, token, status=404)
        browser.patch(one, token, status=404)
        browser.delete(one, token, status=404)
    assert repository(shop).full_name == "acme/shop"
    assert shop.browser.get(one).location.endswith(f"{settings_of(shop)}#source-repositories")
    admin, managing = shop.people.newcomer("mia@example.com")
    shop.people.join(shop.project, admin, "admin")
    managing.post(f"{one}/remove", {"csrf_token": token_of(managing)}, status=303)
    assert shop.site.count(SourceRepository) == 0


def test_nothing_changes_while_the_project_is_archived(shop: Shop) -> None:
    connect(shop)
    token = token_of(shop.browser)
    shop.browser.post(f"{shop.path}/archive", {"csrf_token": token}, status=303)
    page = shop.browser.get(settings_of(shop))
    assert "Live integrations are paused" in page
    assert "acme/shop" in page
    assert not [form for form in page.forms.values() if "source_repositories" in form.action]
    shop.browser.post(f"{page_of(shop)}/{repository(shop).uuid}/remove", {"csrf_token": token}, status=303)
    shop.browser.post(page_of(shop), {"csrf_token": token, "source_repository[full_name]": "a/b"}, status=422)
    assert shop.site.count(SourceRepository) == 1


def test_case_20_36_a_frame_links_to_its_line_at_the_commit_of_the_event(shop: Shop) -> None:
    failing = frame("/srv/app/app/models/order.rb", 3, "total", context_line="raise")
    context = {"sha": "abc1234", "exception": {"class": "E", "backtrace": [failing]}}
    uuid = shop.post(context=context, release="2.0")
    page = shop.event(uuid)
    assert links(page) == []
    assert page.html.select_one("[data-source-status]")["data-source-status"] == "no_repositories"
    connect(shop, runtime_root="/srv/app", source_root="apps/web")
    page = shop.event(uuid)
    assert links(page) == ["https://github.com/acme/shop/blob/abc1234/apps/web/app/models/order.rb#L3"]
    assert page.html.select_one("[data-source-status]") is None

    # Without a commit of its own: that of the deployment of its release, then the release.
    del context["sha"]
    deployed = shop.post(context=context, release="2.0")
    assert links(shop.event(deployed)) == ["https://github.com/acme/shop/blob/2.0/apps/web/app/models/order.rb#L3"]
    values = {"release": "2.0", "repository": "acme/shop", "commit_sha": "def5678"}
    assert shop.site.post("/api/v1/deployments", {"deployment": values}, shop.token).status_int == 201
    assert links(shop.event(deployed)) == ["https://github.com/acme/shop/blob/def5678/apps/web/app/models/order.rb#L3"]
    outside = {"exception": {"class": "E", "backtrace": [frame("/opt/other/order.rb", 3, "total")]}}
    note = shop.event(shop.post(context=outside)).html.select_one("[data-source-status]")
    assert note["data-source-status"] == "frame_path_not_under_runtime_root"
    assert "acme/shop (/srv/app)" in note.text


def test_the_source_of_one_frame_is_served_by_name(shop: Shop) -> None:
    uuid = shop.post(**key_error())
    connect(shop)
    part = shop.browser.get(f"{shop.path}/events/{uuid}", {"frame": "4"}, headers={"X-Fragment": "stack_source"})
    assert "X-Fragment" in part.headers["Vary"]
    assert "<html" not in part
    assert part.html.select_one(".line.is-current")["data-line"] == "47"
    assert links(part) == ["https://github.com/acme/shop/blob/9f3c1ab/shop/orders.py#L47"]
    assert "hunter2" not in part
    for number in ("99", "-1", "x", ""):
        shop.browser.get(
            f"{shop.path}/events/{uuid}", {"frame": number}, headers={"X-Fragment": "stack_source"}, status=404
        )


def test_case_10_36_an_event_without_a_repository_means_the_only_one(shop: Shop) -> None:
    context = {"commit_sha": "0123456789abcdef", "release": "3.1"}
    connect(shop)
    shop.post(context=context)
    shop.site.project_events()
    [found] = shop.site.rows(ProjectDeployment)
    assert (found.repository_full_name, found.source, found.commit_sha) == (
        "acme/shop",
        "telemetry",
        "0123456789abcdef",
    )

    two = shop.people.project(shop.owner, "Two")
    token = api_key(shop.site, two)
    with shop.site.write() as db:
        for name in ("acme/a", "acme/b"):
            db.add(_repository(shop, two.id, name))
    shop.site.send(token, context=context)
    shop.site.project_events()
    assert shop.site.count(ProjectDeployment) == 1


def _repository(shop: Shop, project_id: int, name: str) -> SourceRepository:
    texts = dict.fromkeys(("link_template", "default_branch", "runtime_root", "source_root"), "")
    now = shop.site.clock()
    return SourceRepository(
        project_id=project_id, provider="github", full_name=name, web_url="https://github.com", enabled=True,
        created_at=now, updated_at=now, **texts,
    )  # fmt: skip
