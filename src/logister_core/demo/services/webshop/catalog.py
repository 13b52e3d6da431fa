"""The plants."""

from __future__ import annotations

import re
from decimal import Decimal

PLANTS = ["Monstera deliciosa", "Ficus lyrata", "Pilea peperomioides", "Calathea orbifolia", "Aloe vera"]
BUNDLES = {
    "beginners": [Decimal("12.90"), Decimal("9.50"), Decimal("7.20")],
    "shade": [Decimal("18.00"), Decimal("22.50")],
    "winter-sale": [],
}


class BadQuery(ValueError):
    """What a customer typed cannot be searched for."""


def search(query: str) -> list[str]:
    try:
        pattern = re.compile(query, re.IGNORECASE)
    except re.error as error:
        raise BadQuery(f"cannot search for {query!r}: {error}") from error
    return [plant for plant in PLANTS if pattern.search(plant)]


def bundle(slug: str) -> list[Decimal]:
    return BUNDLES[slug]


def import_prices(file: bytes) -> int:
    rows = [line.split(";") for line in file.decode("utf-8").splitlines()]
    return len([Decimal(row[1]) for row in rows])
