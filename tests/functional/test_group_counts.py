"""Numbers of groups that nobody has to count: they follow every change, and stay few rows."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from factories.shop import Shop
from logister_core.error_groups.actors import sum_up_group_counts
from logister_core.error_groups.counts import open_and_all, sum_up
from logister_core.error_groups.models import ErrorGroup, ErrorGroupCount
from logister_core.tasks import Task
from support.instance import Instance

pytestmark = pytest.mark.usefixtures("counts_are_right")


@pytest.fixture
def shop(site: Instance, people: Any) -> Shop:
    return Shop(site, people)


def send(shop: Shop, *messages: str) -> None:
    for message in messages:
        shop.send(message)


def counts(site: Instance, *projects: int) -> list[tuple[int, int, int]]:
    with site.read() as db:
        return sorted((project, *numbers) for project, numbers in open_and_all(db, projects).items())


def test_they_follow_every_change_of_groups(shop: Shop, people: Any) -> None:
    site, other = shop.site, people.project(shop.owner, "Other")
    send(shop, "boom", "bang", "crash")
    assert counts(site, shop.project.id, other.id) == [(shop.project.id, 3, 3)]
    with site.write() as db:
        one = db.scalars(select(ErrorGroup.id).order_by(ErrorGroup.id)).first()
        db.execute(update(ErrorGroup).where(ErrorGroup.id == one).values(status="resolved", occurrence_count=7))
    assert counts(site, shop.project.id) == [(shop.project.id, 2, 3)]
    with site.write() as db:
        db.execute(update(ErrorGroup).where(ErrorGroup.id == one).values(merged_into_id=one + 1))
    assert counts(site, shop.project.id) == [(shop.project.id, 2, 2)]
    # A group that is hidden counts nowhere, whatever becomes of it.
    with site.write() as db:
        db.execute(update(ErrorGroup).where(ErrorGroup.id == one).values(status="ignored"))
    assert counts(site, shop.project.id) == [(shop.project.id, 2, 2)]
    with site.write() as db:
        db.execute(update(ErrorGroup).where(ErrorGroup.id == one).values(merged_into_id=None, project_id=other.id))
    assert counts(site, shop.project.id, other.id) == [(shop.project.id, 2, 2), (other.id, 0, 1)]
    with site.write() as db:
        db.execute(delete(ErrorGroup).where(ErrorGroup.id != one))
    assert counts(site, shop.project.id, other.id) == [(shop.project.id, 0, 0), (other.id, 0, 1)]


def test_what_changes_nothing_that_is_counted_writes_no_row(shop: Shop) -> None:
    shop.send("boom")
    with shop.site.write() as db:
        db.execute(update(ErrorGroup).values(occurrence_count=9, status="unresolved"))
    assert shop.site.count(ErrorGroupCount) == 1


def test_many_rows_become_one_and_zeros_none(shop: Shop) -> None:
    site = shop.site
    send(shop, "boom", "bang", "crash")
    shop.set("boom", status="resolved")
    shop.set("boom", status="unresolved")
    before = counts(site, shop.project.id)
    sum_up_group_counts(Task(site.registry))
    assert [(row.status, row.number) for row in site.rows(ErrorGroupCount)] == [("unresolved", 3)]
    assert counts(site, shop.project.id) == before
    with site.write() as db:
        assert sum_up(db) == 0


def test_changes_that_are_committed_meanwhile_stay(shop: Shop) -> None:
    if not shop.site.settings.database.url.startswith("postgresql"):
        pytest.skip("on SQLite nobody else writes meanwhile")
    send(shop, "boom", "bang", "crash")
    with shop.site.write() as slow:
        sum_up(slow)
        with shop.site.write() as db:
            db.execute(update(ErrorGroup).where(ErrorGroup.title.contains("boom")).values(status="ignored"))
    assert counts(shop.site, shop.project.id) == [(shop.project.id, 2, 3)]
    with shop.site.read() as db:
        assert db.scalar(select(func.count()).select_from(ErrorGroupCount)) == 3
