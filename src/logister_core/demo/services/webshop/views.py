"""One function for every page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from logister_core.demo.services.webshop import carriers, catalog, orders, payments, pricing


def checkout(request: Any) -> str:
    lines = [(Decimal(price), int(quantity)) for price, quantity in request.form["lines"]]
    total = pricing.total_with_tax(lines, region=request.form["region"])
    payment = payments.charge(total, card_token=request.form["card"], timeout=request.form.get("timeout", 3.0))
    return orders.place(request.form["number"], total, payment)


def show_cart(request: Any) -> str:
    lines = [(Decimal(price), int(quantity)) for price, quantity in request.form["lines"]]
    return f"{pricing.total_with_tax(lines, region=request.form['region']):.2f}"


def search_plants(request: Any) -> list[str]:
    return catalog.search(request.form["q"])


def show_bundle(request: Any) -> Decimal:
    bundle = catalog.bundle(request.form["slug"])
    return pricing.average_price(bundle)


def send_receipt(request: Any) -> str:
    customer = orders.customer(request.customer_id)
    return orders.receipt_address(customer)


def carrier_webhook(request: Any) -> str:
    return carriers.parcel_state(request.form["body"])


def import_prices(request: Any) -> int:
    return catalog.import_prices(request.form["file"])
