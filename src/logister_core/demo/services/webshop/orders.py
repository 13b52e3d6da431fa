"""Orders and the people who placed them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from decimal import Decimal


@dataclass
class Customer:
    id: int
    email: str


CUSTOMERS = {number: Customer(number, f"customer{number}@example.com") for number in range(1, 900)}


INSERT = "INSERT INTO orders (number, total, payment) VALUES (?, ?, ?)"


def place(number: str, total: Decimal, payment: str) -> str:
    database = connect()
    try:
        with database:
            database.execute(INSERT, (number, str(total), payment))
    finally:
        database.close()
    return number


def connect() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE orders (number TEXT PRIMARY KEY, total TEXT, payment TEXT)")
    database.execute("INSERT INTO orders VALUES ('F-10293', '41.80', 'ch_1f8a')")
    return database


def customer(customer_id: int | None) -> Customer:
    return CUSTOMERS.get(customer_id)  # type: ignore[arg-type, return-value]


def receipt_address(customer: Customer) -> str:
    return customer.email.lower()
