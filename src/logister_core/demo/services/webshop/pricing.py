"""What things cost."""

from __future__ import annotations

from decimal import Decimal

TAX_RATES = {
    "AT": Decimal("0.10"),
    "BE": Decimal("0.06"),
    "DE": Decimal("0.07"),
    "FR": Decimal("0.10"),
    "NL": Decimal("0.09"),
}


def total_with_tax(lines: list[tuple[Decimal, int]], *, region: str) -> Decimal:
    net = sum((price * quantity for price, quantity in lines), Decimal(0))
    return net * (1 + tax_rate(region))


def tax_rate(region: str) -> Decimal:
    # Every region we ship to is listed above.
    return TAX_RATES[region]


def average_price(prices: list[Decimal]) -> Decimal:
    cents = sum(int(price * 100) for price in prices)
    return Decimal(cents // len(prices)) / 100
