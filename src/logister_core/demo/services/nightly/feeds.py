"""Files that suppliers leave for us."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

SPOOL = Path("/srv/nightly/spool")


def load(*, supplier: str, day: str) -> list[str]:
    file = SPOOL / supplier / f"prices-{day}.csv"
    with file.open(encoding="utf-8") as lines:
        return [line.strip() for line in lines]


def deliveries(*, rows: list[str]) -> list[date]:
    return [delivery_date(row) for row in rows]


def delivery_date(row: str) -> date:
    _, text = row.split(";")
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007
