"""The file in which batches are counted: LOGISTER_HOME/tally.db."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from logister_core.settings import Settings

TABLE = """
CREATE TABLE IF NOT EXISTS counts (
    batch_id INTEGER, project_id INTEGER, day TEXT NOT NULL, events INTEGER NOT NULL,
    PRIMARY KEY (batch_id, project_id)
)
"""


class Count(NamedTuple):
    batch_id: int
    project_id: int
    day: date
    events: int


def ledger_of(settings: Settings) -> Ledger:
    return Ledger(settings.runtime.home / "tally.db")


class Ledger:
    def __init__(self, file: Path) -> None:
        self._file = file

    def record(self, counts: Iterable[Count]) -> None:
        """Keep the counts; those of a batch that is known already are replaced, not added."""
        with self._open() as database:
            database.executemany(
                "INSERT OR REPLACE INTO counts VALUES (?, ?, ?, ?)",
                [(count.batch_id, count.project_id, count.day.isoformat(), count.events) for count in counts],
            )

    def totals(self) -> dict[int, int]:
        """Events by project id."""
        with self._open() as database:
            return dict(database.execute("SELECT project_id, SUM(events) FROM counts GROUP BY project_id"))

    def batches(self) -> int:
        with self._open() as database:
            (number,) = database.execute("SELECT COUNT(DISTINCT batch_id) FROM counts").fetchone()
            return number

    def forget_before(self, day: date) -> None:
        with self._open() as database:
            database.execute("DELETE FROM counts WHERE day < ?", [day.isoformat()])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed at the end. Raises OSError when the file cannot be used."""
        try:
            with closing(sqlite3.connect(self._file)) as database, database:
                database.execute(TABLE)
                yield database
        except sqlite3.OperationalError as error:
            # An OSError tells the outbox that we are away, and that the rows are not to blame.
            raise OSError(f"{self._file}: {error}") from error
