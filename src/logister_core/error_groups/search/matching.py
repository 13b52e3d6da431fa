"""Text comparisons of a search, written for both databases."""

from __future__ import annotations

from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, func, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Text

from logister_core.error_groups.models import ErrorGroup

_SEARCHED = (ErrorGroup.title, ErrorGroup.subtitle, ErrorGroup.culprit, ErrorGroup.fingerprint, ErrorGroup.stage)


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
    """Groups with `wanted` in title, type, place, key or environment, in whatever case.

    The texts are looked at as one, with a line break between them, which no search contains: one comparison for each
    group instead of five.
    """
    texts: list[Any] = [func.coalesce(column, "") if column.nullable else column for column in _SEARCHED]
    haystack = reduce(lambda before, text: before + literal("\n") + text, texts)
    pattern = f"%{escaped(wanted)}%"
    if wanted.isascii():
        return func.lower(bytewise(haystack)).like(pattern.lower(), escape="/")
    # Other letters are folded by the database on both sides, so that equal texts match whatever it knows of them.
    return func.lower(haystack).like(func.lower(literal(pattern)), escape="/")


def escaped(text: str) -> str:
    """For LIKE with "/" as the escape character."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
