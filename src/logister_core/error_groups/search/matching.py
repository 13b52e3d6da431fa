"""Text comparisons of a search, written for both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Text

from logister_core.error_groups.models import ErrorGroup, ErrorGroupText


class bytewise(GenericFunction[str]):
    """A text whose comparisons look at bytes and fold only A to Z: on PostgreSQL five times as fast as the language's
    own rules, and what SQLite does anyway.
    """

    type = Text()
    inherit_cache = True


@compiles(bytewise)
def _plain(element: bytewise, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(bytewise, "postgresql")
def _collated(element: bytewise, compiler: SQLCompiler, **kw: Any) -> str:
    return f'(({compiler.process(element.clauses, **kw)}) COLLATE "C")'


def contains(wanted: str) -> ColumnElement[bool]:
    """Groups with `wanted` in title, type, place, key or environment, in whatever case."""
    text = ErrorGroupText
    pattern = f"%{escaped(wanted)}%"
    # Other letters than A to Z are folded by the database on both sides, so that equal texts match whatever it knows.
    matches = (
        bytewise(text.text).like(pattern.lower(), escape="/")
        if wanted.isascii()
        else func.lower(text.text).like(func.lower(literal(pattern)), escape="/")
    )
    # With the project, which says nothing new, PostgreSQL can look at the texts of a project first.
    of_group = (text.error_group_id == ErrorGroup.id, text.project_id == ErrorGroup.project_id)
    return exists().where(*of_group, matches).correlate(ErrorGroup)


def escaped(text: str) -> str:
    """For LIKE with "/" as the escape character."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
