"""`column IN (…)` with one parameter for all values.

With a parameter for each, a statement about a page of rows is thousands of characters that the driver takes apart and
the database plans anew every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, Dialect, bindparam, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Text, TypeDecorator, TypeEngine, UserDefinedType

from logister_core.db.arrays import array_text


class _BigintArray(UserDefinedType[str]):
    """The text of an array, sent as one: the database reads it once, and not anew for each row that it compares."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **options: Any) -> str:
        return "BIGINT[]"


class _IDs(TypeDecorator[list[int]]):
    """All of them as one text, which each database takes apart faster than its driver puts a list together."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_BigintArray() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> str:
        ids = value or []
        return array_text(map(str, ids)) if dialect.name == "postgresql" else json.dumps(ids)


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    # Else SQLite, which has no booleans, is asked whether it is 1, and looks at every row to find out.
    _is_implicitly_boolean = True


def among(column: Any, ids: Iterable[int]) -> FunctionElement[bool]:
    """Whether the number in `column` is one of `ids`, none of them included."""
    return _Among(column, literal(list(ids), _IDs()))


def among_named(column: Any, parameter: str) -> FunctionElement[bool]:
    """As `among`, for statements that are made once and get their list as `parameter` each time."""
    return _Among(column, bindparam(parameter, type_=_IDs()))


@compiles(_Among, "postgresql")
def _any(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = element.clauses
    # Looked at by the planner the elements cost more than they help: milliseconds for the 200 projects of a person. As
    # the result of a query it cannot see them, and keeps the plan for the next list.
    elements = f"SELECT unnest({compiler.process(ids, **options)})"
    return f"{compiler.process(column, **options)} = ANY(ARRAY({elements}))"


@compiles(_Among, "sqlite")
def _each(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = element.clauses
    values = f"SELECT value FROM json_each({compiler.process(ids, **options)})"  # noqa: S608 - a placeholder
    return f"{compiler.process(column, **options)} IN ({values})"
