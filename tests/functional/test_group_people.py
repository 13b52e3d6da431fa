"""How many people an error happened to: each counted once, whatever is repeated, merged and taken apart."""

from __future__ import annotations

from typing import Any

import pytest

from factories.shop import Shop
from logister_core.error_groups import people as counting
from logister_core.error_groups import projection
from logister_core.error_groups.models import ErrorGroup, ErrorGroupPerson
from logister_core.error_groups.projection import ErrorGrouping
from logister_core.outbox.models import TelemetryBatch
from support.instance import Instance


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def send(shop: Shop, key: str, *users: str | None) -> None:
    """Errors of these people, grouped in one run."""
    for user in users:
        shop.site.clock.forward(minutes=1)
        shop.post(f"{key} failed", fingerprint=key, context={} if user is None else {"user_id": user})
    shop.site.project_events()


def shown(site: Instance) -> dict[str, ErrorGroup]:
    return {group.fingerprint: group for group in site.rows(ErrorGroup) if group.merged_into_id is None}


def numbers(site: Instance) -> dict[str, int]:
    """People of the groups that are shown; as many are stored of each group."""
    rows = [row.error_group_id for row in site.rows(ErrorGroupPerson)]
    for group in site.rows(ErrorGroup):
        assert rows.count(group.id) == group.people_count
    return {key: group.people_count for key, group in shown(site).items()}


def test_somebody_is_counted_once_in_each_error(shop: Shop) -> None:
    send(shop, "a", "ana", "bo", "ana", None)
    send(shop, "b", "ana")
    send(shop, "a", "bo", "päivi " + "x" * 200)
    send(shop, "nobody", None)
    assert numbers(shop.site) == {"a": 3, "b": 1, "nobody": 0}
    with shop.site.write() as db:
        ErrorGrouping().apply(db, shop.site.rows(TelemetryBatch), skip=frozenset(), now=shop.site.clock())
    assert numbers(shop.site) == {"a": 3, "b": 1, "nobody": 0}
    page = shop.open(group_uuid=shown(shop.site)["a"].uuid)
    rows = {row.select_one(".inbox-value").text: row for row in page.html.select("[data-row]")}
    told = {key: row.select_one(".inbox-people .sr-only") for key, row in rows.items()}
    assert {key: words and words.text for key, words in told.items()} == {
        "a failed": "3 people",
        "b failed": "1 person",
        "nobody failed": None,
    }
    assert rows["a failed"].select_one("[data-row-link]")["title"].startswith("6 events, 3 people, first")
    assert rows["nobody failed"].select_one("[data-row-link]")["title"].startswith("1 event, first")
    facts = [" ".join(fact.text.split()) for fact in page.html.select(".detail-facts > span")]
    assert facts[:2] == ["6 events", "3 people"]


def test_merged_errors_have_the_people_of_all_until_they_are_taken_apart(shop: Shop) -> None:
    send(shop, "a", "ana", "bo", "bo")
    send(shop, "b", "bo", "cy")
    send(shop, "c", "dee")
    a, b, c = (shown(shop.site)[key] for key in "abc")
    shop.bulk("merge", b, c)
    assert numbers(shop.site) == {"a": 2, "b": 3}
    page = shop.bulk("merge", a, b).follow()
    assert len(shown(shop.site)) == 1
    [whole] = numbers(shop.site).values()
    assert whole == 4
    send(shop, "b", "ana", "eve", "eve")
    assert list(numbers(shop.site).values()) == [5]
    shop.undo(page)
    # Eve and Ana came with a key of b meanwhile.
    assert numbers(shop.site) == {"a": 2, "b": 5}
    shop.act("unmerge", c)
    assert numbers(shop.site) == {"a": 2, "b": 4, "c": 1}
    send(shop, "c", "bo")
    assert numbers(shop.site) == {"a": 2, "b": 4, "c": 2}


def test_people_are_counted_so_far_and_no_further(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "MOST_PEOPLE", 3)
    send(shop, "a", "ana", "bo")
    send(shop, "a", "ana", "cy", "dee", "eve")
    stored = shop.site.count(ErrorGroupPerson)
    send(shop, "a", "fay", "gil")
    assert (shown(shop.site)["a"].people_count, shop.site.count(ErrorGroupPerson)) == (3, stored)
    shop.set("a failed", people_count=counting.MOST_PEOPLE)
    page = shop.open()
    cell = page.html.select_one(".inbox-people")
    assert " ".join(cell.get_text(" ").split()) == "10k+ 10,000 or more people"
    assert page.html.select(".detail-facts > span")[1].text == "10k+ people"
