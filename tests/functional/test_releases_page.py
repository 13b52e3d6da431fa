"""The releases of a project: what each broke, and how it compares with the one before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from factories.projects import api_key
from factories.shop import Shop
from logister_core.releases import projection
from logister_core.releases.models import ProjectRelease
from logister_core.releases.queries import PER_PAGE

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(site, people):
    return Shop(site, people)


def test_releases_are_folded_from_events_once(shop, site):
    start = site.clock()
    for hours, message, release in (
        (20, "old", "1.0"),
        (18, "old", "1.0"),
        (4, "old", "1.1"),
        (2, "new", "1.1"),
        (1, "new", "1.1"),
        (1, "newer", "1.1"),
        (0, "newest", "1.2 <b>"),
    ):
        shop.post(message, at=start - hours * HOUR, context={"release": release})
    shop.post("hello", event_type="log", at=start - 3 * HOUR, context={"release": "1.1"})
    shop.post("none", at=start)
    site.project_events()
    shop.set("old", regressed_in_release="1.1")
    page = shop.browser.get(f"{shop.path}/releases")
    assert rows(page) == [
        ["1.2 <b>", "just now", "just now", "1", "1", "0", "—"],
        ["1.1", "4 hours ago", "1 hour ago", "5", "2", "1", "1.3 1.3 × as many as before"],
        ["1.0", "20 hours ago", "18 hours ago", "2", "1", "0", "1"],
    ]
    # An event of a known release that happened earlier but arrives late moves its beginning.
    shop.post("old", at=start - 30 * HOUR, context={"release": "1.0"})
    site.project_events()
    assert rows(shop.browser.get(f"{shop.path}/releases"))[2][:4] == ["1.0", "1 day ago", "18 hours ago", "3"]
    [marked] = page.html.select("nav.sections [aria-current]")
    assert marked.text.strip() == "Releases"
    assert "<b>" not in page.html.select_one(".release-name").decode_contents()


def test_each_number_leads_to_the_errors_it_counts(shop, site):
    for message, release in (("old", "1.0 rc"), ("old", "1.1"), ("new", "1.1"), ("newer", "1.1"), ("x", "r" * 255)):
        shop.send(message, context={"release": release})
    shop.set("old", regressed_in_release="1.1", status="resolved")
    page = shop.browser.get(f"{shop.path}/releases")
    links = {row.th.text.strip(): [link["href"] for link in row.select("a")] for row in page.html.select("tbody tr")}

    def found(address):
        titles = shop.browser.get(address).html.select(".inbox-title")
        return {" ".join(title.get_text(" ").split()) for title in titles}

    assert [found(link) for link in links["1.1"]] == [{"old", "new", "newer"}, {"new", "newer"}, {"old"}]
    assert [found(link) for link in links["1.0 rc"]] == [{"old"}, {"old"}]
    # No search is as long as that name, and what is none leads nowhere.
    assert sum(len(found) for found in links.values()) == 5


def test_of_a_client_that_names_a_new_release_each_time_the_last_ones_are_kept(shop, site, monkeypatch):
    monkeypatch.setattr(projection, "MOST_RELEASES", 4)
    other = Shop.__new__(Shop)
    vars(other).update(vars(shop), project=shop.people.project(shop.owner, "Other"))
    other.token = api_key(site, other.project)
    other.post(event_type="log", context={"release": "theirs"}, at=site.clock() - 90 * HOUR)
    for number in range(7):
        shop.post(event_type="log", context={"release": f"r{number}"}, at=site.clock() - (9 - number) * HOUR)
    site.project_events()
    assert kept(site) == ["theirs", "r3", "r4", "r5", "r6"]
    # One that is seen again is among the last.
    shop.post(event_type="log", context={"release": "r3"}, at=site.clock() - HOUR)
    shop.post(event_type="log", context={"release": "r7"}, at=site.clock())
    site.project_events()
    assert kept(site) == ["theirs", "r5", "r6", "r3", "r7"]


def kept(site):
    return [row.release for row in sorted(site.rows(ProjectRelease), key=lambda row: row.last_seen_at)]


def test_the_bar_leads_to_releases_and_from_there_to_deployments(shop, people):
    page = shop.browser.get(f"{shop.path}/releases")
    assert "No releases yet" in page.text
    deployments = page.click("Deployments", href="deployments")
    [marked] = deployments.html.select("nav.sections [aria-current]")
    assert marked.text.strip() == "Releases"
    _, stranger = people.newcomer("eve@example.com")
    stranger.get(f"{shop.path}/releases", status=404)


def test_many_releases_come_in_pages_with_as_many_queries_as_one(shop, site):
    now = site.clock()
    one_page = queries(site, lambda: shop.browser.get(f"{shop.path}/releases"))
    with site.write() as db:
        db.execute(
            insert(ProjectRelease),
            [
                {
                    "project_id": shop.project.id,
                    "release": f"r{number}",
                    # Two at each moment, so that the order needs the second part of the place.
                    "first_seen_at": now - (number // 2) * HOUR,
                    "last_seen_at": now - (number // 2) * HOUR + 2 * HOUR,
                    "events": 4,
                    "errors": 2,
                }
                for number in range(2 * PER_PAGE + 1)
            ],
        )
    first = shop.browser.get(f"{shop.path}/releases")
    second = first.click("Older")
    third = second.click("Older")
    names = [[row[0] for row in rows(page)] for page in (first, second, third)]
    assert [len(page) for page in names] == [PER_PAGE, PER_PAGE, 1]
    assert len({name for page in names for name in page}) == 2 * PER_PAGE + 1
    assert rows(first)[-1][-1] == "1 about as before", "the last one is compared with the next page's first"
    assert "Older" not in third.html.select_one(".pagination").text
    back = third.click("Newer")
    assert [row[0] for row in rows(back)] == names[1]
    assert [row[0] for row in rows(back.click("Newer"))] == names[0]
    assert rows(back)[-1] == rows(second)[-1]
    assert "Newer" not in back.click("Newer").html.select_one(".pagination").text
    for nonsense in ("before=x", "after=%00", "before=" + "A" * 100):
        assert [row[0] for row in rows(shop.browser.get(f"{shop.path}/releases?{nonsense}"))] == names[0]
    assert queries(site, lambda: shop.browser.get(f"{shop.path}/releases")) - one_page == 2


def rows(page):
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in page.html.select("tbody tr")
    ]


def queries(site, act):
    """How many statements reading `act` sends."""
    seen = []

    def note(connection, cursor, statement, *_):
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(site.registry.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(site.registry.engine, "before_cursor_execute", note)
    return len(seen)
