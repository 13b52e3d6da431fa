"""Somebody else who writes in the middle of a request."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import event

from support.instance import Instance


@contextmanager
def written_between(site: Instance) -> Iterator[None]:
    """After each thing that a request reads, another transaction tries to commit.

    Only SQLite cares: a transaction that has read before cannot write afterwards, unless it held the lock from the
    start, and then the other one is kept out.
    """
    engine = site.registry.engine
    if engine.dialect.name != "sqlite":
        yield
        return

    versions = itertools.count(1)

    def write(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            # Kept out, as it should be.
            with closing(sqlite3.connect(engine.url.database or "", timeout=0)) as other, suppress(OperationalError):
                other.execute(f"PRAGMA user_version = {next(versions)}")

    event.listen(engine, "after_cursor_execute", write)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", write)
