"""Which schema a database has, and which one this release wants. Without Alembic, which takes long to load and is
needed only when the two differ."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from logister_core import migrations

_REVISION = re.compile(r'^(revision|down_revision) = "([^"]+)"$', re.MULTILINE)


def current_revision(connection: Connection) -> str | None:
    """None of a database without a schema."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


@cache
def head_revision() -> str:
    """The one migration on which no other is built."""
    named: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in (Path(migrations.__file__).parent / "versions").glob("*.py"):
        for name, revision in _REVISION.findall(file.read_text("utf-8")):
            named[name].add(revision)
    [head] = named["revision"] - named["down_revision"]
    return head
