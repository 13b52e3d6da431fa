"""Finding errors: search terms, assignees, what has arrived (specification, grouping chapter §8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from factories.shop import Shop
from logister_core.error_groups.models import ErrorGroup
from support.instance import Instance


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    """Three open errors of different kinds, and a resolved one."""
    shop = Shop(site, people)
    shop.send("old timeout", ago=timedelta(days=3), context={"environment": "production", "release": "1.4"})
    shop.send("new Timeout", level="fatal", context={"environment": "staging", "release": "1.5"})
    shop.send("came back", ago=timedelta(days=3), context={"environment": "north 2", "release": "1.4"})
    shop.set("came back", current_regression={"release": "1.5"}, regression_count=1, regressed_in_release="1.5")
    shop.send("done", ago=timedelta(days=4))
    shop.set("done", status="resolved")
    shop.send("asleep", ago=timedelta(days=4))
    shop.set("asleep", status="ignored", snooze={"events": 100})
    return shop


def titles(page: Any) -> set[str]:
    return {" ".join(row.get_text(" ").split()) for row in page.html.select(".inbox-title")}


def current(page: Any) -> list[str]:
    return [link.find(string=True).strip() for link in page.html.select(".filter[aria-current=page]")]


ALL_OPEN = {"old timeout", "new Timeout", "came back"}


def test_a_search_is_made_of_terms(shop: Shop) -> None:
    found = {
        "timeout": {"old timeout", "new Timeout"},
        "TIMEOUT new": {"new Timeout"},
        '"new time"': {"new Timeout"},
        '"time new"': set(),
        "timeout -new": {"old timeout"},
        "is:new": {"new Timeout"},
        "-is:new": {"old timeout", "came back"},
        "is:regressed": {"came back"},
        "is:new is:regressed": {"new Timeout", "came back"},
        "is:resolved": {"done"},
        "is:snoozed": {"asleep"},
        "-is:snoozed": ALL_OPEN,
        "is:resolved is:open": ALL_OPEN | {"done"},
        "-is:resolved": ALL_OPEN,
        "env:staging": {"new Timeout"},
        "env:STAG*": {"new Timeout"},
        'env:staging env:"north 2"': {"new Timeout", "came back"},
        "-env:staging": {"old timeout", "came back"},
        "release:1.4": {"old timeout", "came back"},
        "release:1.5": {"new Timeout", "came back"},
        "-release:1.5": {"old timeout"},
        "release:1.*": ALL_OPEN,
        "introduced:1.4": {"old timeout", "came back"},
        "-introduced:1.4": {"new Timeout"},
        "regressed:1.5": {"came back"},
        "regressed:1.*": {"came back"},
        "-regressed:1.5": {"old timeout", "new Timeout"},
        "level:fatal": {"new Timeout"},
        "-level:fatal": {"old timeout", "came back"},
        "env:%": set(),
        "env:s*g": set(),
        "assigned:none": ALL_OPEN,
        "assigned:me": set(),
        "-assigned:me": ALL_OPEN,
        "assigned:anyone": set(),
        "assigned:nobody@example.com": set(),
        "is:nonsense timeout": {"old timeout", "new Timeout"},
    }
    assert {q: titles(shop.open(q=q)) for q in found} == found


def test_words_are_looked_for_in_what_describes_an_error_as_it_is_now(shop: Shop) -> None:
    texts = {
        "title": "Tïtle ONE",
        "subtitle": "SubTitle Two",
        "culprit": "shop/three.py",
        "fingerprint": "stack:four",
        "stage": "POST /five",
    }
    with shop.site.write() as db:
        db.execute(update(ErrorGroup).where(ErrorGroup.title == "came back").values(texts))
    words = ("one", "TWO", "three.py", "stack:FOUR", "/five", "Tïtle", "SUBTITLE")
    assert {word: titles(shop.open(q=f'"{word}"')) for word in words} == {
        word: {"SubTitle Two Tïtle ONE"} for word in words
    }
    # What it was called before is gone, and texts are not found across each other.
    assert [titles(shop.open(q=f'"{word}"')) for word in ("came", "one subtitle", "onesubtitle")] == [set()] * 3
    assert titles(shop.open(q="-three -four")) == {"old timeout", "new Timeout"}


def test_what_is_not_understood_is_said_above_the_list(shop: Shop) -> None:
    page = shop.open(q="is:<b> user:42 env:")
    said = [line.text for line in page.html.select(".inbox-mistakes li")]
    assert [line[:10] for line in said] == ["“is:<b>” w", "There is n", "“env:” lac"]
    assert page.html.select_one("#search")["value"] == "is:<b> user:42 env:"


def test_letters_of_other_alphabets_are_found_as_they_are_written(shop: Shop) -> None:
    shop.send("größe fehlt im Ärmel")
    for q in ("größe", "Ärmel", "GRöße", "ö"):
        assert titles(shop.open(q=q)) == {"größe fehlt im Ärmel"}, q


def test_a_status_in_the_search_opens_its_list_and_gives_way_to_a_link(shop: Shop) -> None:
    page = shop.open(q="is:resolved do")
    assert current(page) == ["Resolved"]
    link = page.html.find("a", class_="filter", string=lambda text: text and "Ignored" in text)
    assert parse_qs(urlsplit(link["href"]).query) == {"filter": ["ignored"], "q": ["do"]}


def test_regressed_errors_have_a_list_while_there_are_any(shop: Shop) -> None:
    page = shop.open(filter="regressed")
    assert titles(page) == {"came back"}
    assert current(page) == ["Regressed"]
    shop.set("came back", current_regression={})
    assert "Regressed" not in shop.open().html.select_one(".filters").text


def test_case_20_24_assignees_narrow_the_list_and_its_counts(shop: Shop, people: Any) -> None:
    bo, _ = people.newcomer("bo@example.com", name="Bo")
    people.join(shop.project, bo, "viewer")
    shop.set("old timeout", assigned_user_id=shop.owner.id)
    shop.set("came back", assigned_user_id=bo.id)
    found = {
        "me": {"old timeout"},
        str(shop.owner.uuid): {"old timeout"},
        str(bo.uuid): {"came back"},
        "unassigned": {"new Timeout"},
        "assigned": {"old timeout", "came back"},
        "all": ALL_OPEN,
        "00000000-0000-7000-8000-000000000000": ALL_OPEN,
        "nonsense": ALL_OPEN,
    }
    for assignee, expected in found.items():
        page = shop.open(assignee=assignee)
        assert titles(page) == expected, assignee
        assert page.html.select_one(".filter[aria-current]").text.split() == ["Open", str(len(expected))]
        # The project's own number stays.
        assert page.html.select_one(".section-count").text == "3"
    assert titles(shop.open(q="assigned:bo@example.com")) == {"came back"}
    assert titles(shop.open(q="-assigned:me")) == {"came back", "new Timeout"}
    assert titles(shop.open(q="assigned:me assigned:none")) == {"old timeout", "new Timeout"}
    page = shop.open(assignee="me")
    options = [
        (option.text, option.has_attr("selected")) for option in page.html.select("select[name=assignee] option")
    ]
    assert options == [
        ("Everyone", False),
        ("Assigned to me (1)", True),
        ("Unassigned", False),
        ("Assigned to anyone", False),
        ("Bo", False),
    ]
    assert page.html.select_one(".inbox-owner-name").text == "Ana"


def test_an_assignee_with_nothing_to_do_is_told_apart_from_an_empty_project(shop: Shop) -> None:
    page = shop.open(assignee="me")
    assert "No error in “Open” is assigned to you." in page
    assert titles(shop.browser.get(page.html.select_one(".empty-next a")["href"])) == ALL_OPEN


def test_the_search_is_completed_with_what_there_is(shop: Shop) -> None:
    offers = {offer["key"]: offer["values"] for offer in shop.browser.get(f"{shop.inbox}/offers").json}
    assert list(offers) == ["is", "assigned", "env", "release", "introduced", "regressed", "level"]
    assert set(offers["env"]) == {"staging", '"north 2"', "production"}
    assert offers["release"][0] == "1.5"
    assert offers["assigned"] == ["me", "none", "anyone", "ana@example.com"]
    assert offers["level"][0] == "fatal"


def test_what_arrives_while_somebody_reads_is_counted_and_nothing_else(shop: Shop) -> None:
    def news(page: Any) -> str:
        text: str = shop.browser.get(page.html.select_one("[data-inbox]")["data-news"]).json["text"]
        return text

    page, searched = shop.open(), shop.open(q="env:staging")
    assert news(page) == ""
    shop.site.clock.forward(minutes=5)
    shop.send("new Timeout", level="fatal", context={"environment": "staging"})
    assert news(page) == ""
    shop.send("first of its kind")
    assert news(page) == "1 new group"
    shop.set("done", status="unresolved", last_seen_at=shop.site.clock(), last_reopened_at=shop.site.clock())
    assert news(page) == "2 new groups"
    assert news(searched) == ""
    assert news(shop.open()) == ""
    for since in ("", "nonsense", "2026-11-20", "9999-12-31T23:59:59"):
        shop.browser.get(f"{shop.inbox}/news", {"since": since})
    assert shop.open(filter="resolved").html.select_one("[data-inbox]")["data-news"] == ""


def test_the_detail_comes_alone_for_scripts(shop: Shop) -> None:
    page = shop.open()
    row = page.html.select(".inbox-link")[-1]
    part = shop.browser.get(row["href"], headers={"X-Fragment": "error_detail"})
    assert "<html" not in part
    assert part.html.select_one("article#detail h1").text in ALL_OPEN
    shop.set(part.html.select_one("h1").text, status="ignored")
    # It left the list, and whoever opened it still sees it.
    assert part.html.select_one("h1").text in shop.browser.get(row["href"], headers={"X-Fragment": "error_detail"})
    for wanted in ("", "nonsense", "00000000-0000-7000-8000-000000000000"):
        shop.browser.get(f"{shop.inbox}?group_uuid={wanted}", headers={"X-Fragment": "error_detail"}, status=404)
