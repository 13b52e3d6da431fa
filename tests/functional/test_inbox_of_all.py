"""The inbox over all projects of a person."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import update

from factories.errors import groups, send_error
from factories.projects import api_key
from factories.shop import Shop
from logister_core.error_groups import queries
from logister_core.error_groups.inbox_cursor import InboxCursors
from logister_core.error_groups.inbox_scope import InboxScope
from logister_core.error_groups.inbox_sorts import SORTS
from logister_core.error_groups.inbox_state import InboxState
from logister_core.error_groups.queries import InboxQuery
from logister_core.error_groups.search.parser import parse
from logister_core.projects import queries as project_queries
from logister_core.projects.models import Project
from logister_core.projects.people import Person
from logister_core.projects.queries import ProjectQuery
from logister_core.security.tokens import Signer
from support.instance import Instance


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


@pytest.fixture
def world(shop: Shop, people: Any) -> Any:
    """The owner's shop, a project they belong to, an archived one and one of somebody else, each with an error."""
    bo, _ = people.newcomer("bo@example.com", name="Bo")
    shared, foreign = people.project(bo, "Shared"), people.project(bo, "Foreign")
    old = people.project(shop.owner, "Old")
    people.join(shared, shop.owner, "viewer")
    for number, project in enumerate((shop.project, shared, foreign, old)):
        send_error(shop.site, api_key(shop.site, project), f"in {project.name}", ago=timedelta(minutes=number))
    with shop.site.write() as db:
        db.execute(update(Project).where(Project.id == old.id).values(archived_at=shop.site.clock()))
    shop.set("in Shared", assigned_user_id=bo.id)
    return bo


def titles(page: Any) -> list[str]:
    return [row.text.strip() for row in page.html.select(".inbox-title")]


def test_it_lists_the_active_projects_of_the_person_and_names_them(shop: Shop, world: Any) -> None:
    page = shop.browser.get("/inbox")
    assert titles(page) == ["in Shop", "in Shared"]
    assert [row.text for row in page.html.select(".inbox-project")] == ["Shop", "Shared"]
    assert page.html.select_one(".filter[aria-current]").text.split() == ["Open", "2"]
    [current] = page.html.select(".section[aria-current]")
    assert current["href"] == "/inbox"
    assert len(page.html.select("h1")) == 1
    assert page.html.select_one("h1").text == "in Shop"


def test_it_is_filtered_like_any_other(shop: Shop, world: Any) -> None:
    def found(**params: str) -> list[str]:
        return titles(shop.browser.get("/inbox", params))

    assert found(q="shared") == ["in Shared"]
    assert found(assignee=str(world.uuid)) == found(q="assigned:bo@example.com") == ["in Shared"]
    assert found(assignee="me") == found(filter="resolved") == found(q="old") == found(q="foreign") == []
    assert found(sort="first_seen") == ["in Shop", "in Shared"]
    part = shop.browser.get("/inbox", headers={"X-Fragment": "project_inbox"})
    assert titles(part) == ["in Shop", "in Shared"]
    assert "<html" not in part
    assert shop.browser.get("/inbox", headers={"X-Fragment": "foo"}, status=422).body == b""
    assert {offer["key"] for offer in shop.browser.get("/inbox/offers").json} >= {"is", "env"}
    news = page_news(shop.browser.get("/inbox"))
    shop.site.clock.forward(minutes=1)
    shop.send("another")
    assert shop.browser.get(news).json == {"groups": 1, "text": "1 new group"}


def page_news(page: Any) -> str:
    address: str = page.html.select_one("[data-inbox]")["data-news"]
    return address


def test_every_order_over_several_projects_shows_each_group_once(shop: Shop, people: Any) -> None:
    """Pages are small here, so that what a few groups of each project tell decides where they end."""
    projects = [shop.project, people.project(shop.owner, "Second"), people.project(shop.owner, "Third")]
    for number in range(24):
        # Most are in one project, some have the same time.
        project = projects[number % 3 if number < 6 else 0]
        send_error(
            shop.site,
            api_key(shop.site, project),
            f"error {number}",
            ago=timedelta(hours=number // 2),
            fingerprint=f"{number}",
        )
    viewer = Person(shop.owner.id, shop.owner.uuid, shop.owner.name, shop.owner.email)
    cursors = InboxCursors(Signer("s" * 32, "test"))

    def pages(size: int, **state: str) -> list[str]:
        found, cursor = [], ""
        with shop.site.read() as db:
            scope = InboxScope(viewer.uuid, {p.id: p for p in ProjectQuery(db).active(shop.owner)}, [viewer], viewer)
            query = InboxQuery(db, shop.site.clock, cursors, page_size=size)
            while True:
                page = query.page(scope, InboxState(cursor=cursor, **state), parse(""))
                found += [group.title for group in page.groups]
                cursor = page.next_cursor
                if not cursor:
                    return found

    for sort, name in product(SORTS, ("unresolved", "all")):
        whole = pages(100, sort=sort, filter=name)
        assert len(whole) == 24 == len(set(whole)), (sort, name)
        for size in (1, 4):
            assert pages(size, sort=sort, filter=name) == whole, (sort, name, size)
    assert set(pages(100)[:2]) == {"error 0", "error 1"}


def test_counts_end_where_nobody_reads_on(shop: Shop, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (queries, project_queries):
        monkeypatch.setattr(module, "COUNTED", 2)
    page = shop.browser.get("/inbox", {"filter": "introduced_today"})
    count = page.html.select_one(".filter[aria-current] .count")
    assert count.get_text(" ").split() == ["2+", "2", "or", "more"]
    # How many are open at all is known without counting.
    assert shop.browser.get("/inbox").html.select_one(".filter[aria-current] .count").text == "2"


def test_an_error_opens_beside_it_and_deciding_leads_back(shop: Shop, world: Any) -> None:
    shared = groups(shop.site)["in Shared"]
    page = shop.browser.get("/inbox", {"group_uuid": shared.uuid})
    assert page.html.select_one("h1").text == "in Shared"
    page = shop.browser.get(page.html.find("a", id="tab-context")["href"])
    assert page.html.select_one("h1").text == "in Shared"
    after = shop.press(page, "Resolve")
    assert after.location.split("?")[0].endswith("/inbox")
    assert "/projects/" not in after.location
    assert titles(after.follow()) == ["in Shop"]
    assert groups(shop.site)["in Shared"].status == "resolved"


def bulk(shop: Shop, action: str, *titles: str, status: int = 303, **fields: str) -> Any:
    found = groups(shop.site)
    chosen = [("group_uuid", str(found[title].uuid)) for title in titles]
    values = [("csrf_token", shop.csrf()), ("action", action), ("inbox", "all"), *chosen, *fields.items()]
    return shop.browser.post("/inbox/bulk", values, status=status)


def statuses(shop: Shop) -> dict[str, str]:
    return {title: found.status for title, found in groups(shop.site).items()}


def told(page: Any) -> str:
    return " ".join(page.html.select_one(".flash-text").text.split())


def test_many_errors_of_several_projects_are_decided_about_at_once(shop: Shop, world: Any, people: Any) -> None:
    form = shop.browser.get("/inbox", {"sort": "events"}).forms["inbox-selection"]
    for box in form.fields["group_uuid"]:
        box.checked = True
    answer = form.submit("action", value="resolve")
    assert answer.location.endswith("/inbox?filter=unresolved&sort=events")
    page = answer.follow()
    assert told(page) == "Resolved 2 errors. The next occurrence reopens each of them."
    assert statuses(shop) == {
        "in Shop": "resolved", "in Shared": "resolved", "in Foreign": "unresolved", "in Old": "unresolved"
    }  # fmt: skip
    # Somebody else's action is not theirs to take back, also where they see its errors.
    undo = page.html.select_one(".flash-undo")["action"]
    bo = people.browser_of(world)
    token = bo.get("/projects/new").html.find("input", {"name": "csrf_token"})["value"]
    bo.post(undo, {"csrf_token": token}, status=404)
    after = shop.undo(page)
    assert told(after) == "Undone: 2 errors are as before."
    assert after.request.path_qs == "/inbox?filter=unresolved&sort=events"
    assert set(statuses(shop).values()) == {"unresolved"}


def test_nothing_is_done_with_many_when_one_is_not_the_persons(shop: Shop, world: Any) -> None:
    shop.send("another in Shop")
    bulk(shop, "resolve", "in Shop", "in Foreign", status=404)
    bulk(shop, "merge", "in Shop", "in Foreign", status=404)
    assert set(statuses(shop).values()) == {"unresolved"}
    page = bulk(shop, "merge", "in Shop", "in Shared").follow()
    assert told(page) == "Nothing was changed: errors of different projects cannot be merged."
    page = bulk(shop, "assign", "in Shop", "in Shared", assigned_user_id=str(world.uuid)).follow()
    assert told(page) == "Nothing was changed: Bo does not belong to Shop."
    bulk(shop, "assign", "in Shop", assigned_user_id=str(world.uuid), status=404)
    assert groups(shop.site)["in Shop"].assigned_user_id is None
    # Of one project they are merged, also from here.
    page = bulk(shop, "merge", "in Shop", "another in Shop").follow()
    assert told(page).startswith("Merged 2 errors into")
    assert len(titles(shop.browser.get("/inbox"))) == 2
    assert told(shop.undo(page)).startswith("Undone")
    assert len(titles(shop.browser.get("/inbox"))) == 3


def test_groups_of_other_projects_do_not_open(shop: Shop, world: Any) -> None:
    for title in ("in Foreign", "in Old"):
        uuid = groups(shop.site)[title].uuid
        page = shop.browser.get("/inbox", {"group_uuid": uuid, "filter": "all"})
        assert title not in page
        shop.browser.get(f"/inbox?group_uuid={uuid}", headers={"X-Fragment": "error_detail"}, status=404)


def test_empty_lists_say_what_to_do(shop: Shop, people: Any) -> None:
    assert "None of your active projects has sent an error." in shop.browser.get("/inbox")
    _, browser = people.newcomer("eve@example.com")
    page = browser.get("/inbox")
    assert "No projects yet" in page
    assert page.html.select_one(".empty-next a")["href"] == "/projects/new"


def test_strangers_sign_in_first(shop: Shop) -> None:
    assert "/users/sign_in" in shop.site.browser().get("/inbox").location
    shop.site.browser().get("/inbox/news", headers={"Accept": "application/json"}, status=401)
    shop.site.browser().get("/inbox", headers={"X-Fragment": "project_inbox"}, status=401)


def test_more_projects_need_no_more_queries(shop: Shop, people: Any) -> None:
    def queries() -> int:
        seen: list[str] = []

        def count(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
            seen.append(statement)

        sqlalchemy_event.listen(shop.site.registry.engine, "before_cursor_execute", count)
        try:
            shop.browser.get("/inbox")
        finally:
            sqlalchemy_event.remove(shop.site.registry.engine, "before_cursor_execute", count)
        return sum(not statement.startswith(("BEGIN", "SELECT pg_catalog")) for statement in seen)

    shop.send("first")
    few = queries()
    for number in range(5):
        project = people.project(shop.owner, f"Project {number}")
        send_error(shop.site, api_key(shop.site, project), f"fault {number}")
    shop.set("fault 1", assigned_user_id=shop.owner.id)
    assert queries() == few
