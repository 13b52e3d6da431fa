"""One parameter for all values of a list."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import not_, select

from factories.projects import project
from logister_core.db.among import among
from logister_core.error_groups.models import ErrorGroup
from logister_core.projects.models import Project


@pytest.fixture
def ids(site):
    return [project(site, name=name).id for name in ("a", "b", "c")]


def names(site, condition):
    with site.read() as db:
        return list(db.scalars(select(Project.name).where(condition).order_by(Project.name)))


def test_rows_whose_number_is_listed(site, ids):
    first, _, third = ids
    assert names(site, among(Project.id, [first, third, 4711])) == ["a", "c"]
    assert names(site, among(Project.id, {third: "whatever"})) == ["c"]
    assert names(site, not_(among(Project.id, [first]))) == ["b", "c"]


def test_an_empty_list_has_nobody(site, ids):
    assert names(site, among(Project.id, [])) == []
    assert names(site, not_(among(Project.id, []))) == ["a", "b", "c"]


def test_statements_are_alike_however_many_values_there_are(site):
    dialect = site.registry.engine.dialect
    one, many = (str(among(ErrorGroup.id, range(count)).compile(dialect=dialect)) for count in (1, 300))
    assert one == many


def test_an_index_is_read(site, database_kind, ids):
    wanted = select(Project.name).where(among(Project.id, ids)).compile(dialect=site.registry.engine.dialect)
    assert "= 1" not in str(wanted)
    if database_kind == "sqlite":
        with site.read() as db:
            plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted}", (json.dumps(ids),)).all()
        assert "SEARCH projects USING INTEGER PRIMARY KEY" in str(plan)
