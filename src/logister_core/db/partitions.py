"""Monthly partitions of the telemetry tables, on PostgreSQL. SQLite keeps plain tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

PARTITIONED = {"ingest_events": "occurred_at", "trace_spans": "started_at"}

_PARTITION_NAME = re.compile(rf"^({'|'.join(PARTITIONED)})_(default|\d{{6}})$")


@dataclass(frozen=True)
class Month:
    year: int
    month: int

    @property
    def next(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def start(self) -> str:
        return f"{self.year:04d}-{self.month:02d}-01 00:00:00+00"

    def __str__(self) -> str:
        return f"{self.year:04d}{self.month:02d}"


def is_partition(table: str) -> bool:
    return _PARTITION_NAME.match(table) is not None


def ensure_partitions(connection: Connection, *, now: datetime | None = None, months_ahead: int = 3) -> list[str]:
    """Create what is missing from this month to `months_ahead`; the names of the new ones.

    Rows that already lie in the default partition (clients with a clock ahead of ours) move to their month.
    """
    if connection.dialect.name != "postgresql":
        return []
    now = now or datetime.now(UTC)
    existing = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relispartition")))
    created = []
    month = Month(now.year, now.month)
    for _ in range(months_ahead + 1):
        for table, column in PARTITIONED.items():
            name = f"{table}_{month}"
            if name not in existing:
                _create(connection, table, column, name, month)
                created.append(name)
        month = month.next
    return created


def _create(connection: Connection, table: str, column: str, name: str, month: Month) -> None:
    # Identifiers are made from the constants above and a number, never from input.
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE)"))
    first, after = (datetime(m.year, m.month, 1, tzinfo=UTC) for m in (month, month.next))
    move = (
        f"WITH moved AS (DELETE FROM {table}_default "  # noqa: S608
        f"WHERE {column} >= :first AND {column} < :after RETURNING *) INSERT INTO {name} SELECT * FROM moved"
    )
    connection.execute(text(move), {"first": first, "after": after})
    span = f"FROM ('{month.start}') TO ('{month.next.start}')"
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {span}"))
