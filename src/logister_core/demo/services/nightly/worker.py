"""Runs one job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logister_core.demo.services.nightly import categories, exports, feeds

JOBS: dict[str, Callable[..., Any]] = {
    "invoice-export": exports.export_invoices,
    "category-tree": categories.rebuild,
    "price-feed": feeds.load,
    "supplier-feed": feeds.deliveries,
}


def run(name: str, **arguments: Any) -> Any:
    return JOBS[name](**arguments)
