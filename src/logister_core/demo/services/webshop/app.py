"""Requests come in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from logister_core.demo.services.webshop import views


@dataclass
class Request:
    method: str
    path: str
    form: dict[str, Any] = field(default_factory=dict)
    customer_id: int | None = None


ROUTES: dict[str, Callable[[Any], Any]] = {
    "POST /checkout": views.checkout,
    "GET /cart": views.show_cart,
    "GET /search": views.search_plants,
    "GET /bundles": views.show_bundle,
    "POST /receipts": views.send_receipt,
    "POST /webhooks/carrier": views.carrier_webhook,
    "POST /import": views.import_prices,
}


def handle(request: Request) -> Any:
    view = ROUTES[f"{request.method} {request.path}"]
    return view(request)
