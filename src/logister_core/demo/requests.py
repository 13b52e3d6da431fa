"""Requests to the web shop as it reports them: a transaction, spans for some, a log line for some."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from logister_core.demo.telemetry import Reporter, Span, Trace, span_id


@dataclass(frozen=True)
class Route:
    """`share` of the requests, `typical` duration in milliseconds, `steps` inside as (name, kind, part of it)."""

    method: str
    path: str
    module: str
    share: int
    typical: float
    steps: tuple[tuple[str, str, float], ...]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def duration(self, source: random.Random) -> float:
        """Milliseconds; most near the typical one, a few far above."""
        return round(self.typical * source.lognormvariate(0, 0.45), 1)


_SESSION = ("redis GET session", "cache", 0.03)

ROUTES = {
    "checkout": Route(
        "POST",
        "/checkout",
        "checkout",
        10,
        420,
        (
            _SESSION,
            ("SELECT cart_lines", "db", 0.08),
            ("POST payments.example/v2/charges", "http", 0.62),
            ("INSERT orders", "db", 0.12),
        ),
    ),
    "cart": Route(
        "GET", "/cart", "cart", 25, 60, (_SESSION, ("SELECT cart_lines", "db", 0.4), ("cart.html", "render", 0.3))
    ),
    "search": Route(
        "GET", "/search", "catalog", 35, 110, (_SESSION, ("SELECT plants", "db", 0.7), ("search.html", "render", 0.15))
    ),
    "bundle": Route("GET", "/bundles", "catalog", 15, 45, (("SELECT bundles", "db", 0.5),)),
    "receipt": Route("POST", "/receipts", "orders", 6, 90, (_SESSION, ("send receipt", "queue", 0.4))),
    "carrier": Route("POST", "/webhooks/carrier", "carriers", 8, 25, (("UPDATE parcels", "db", 0.5),)),
    "import": Route("POST", "/import", "catalog", 1, 900, (("INSERT prices", "db", 0.8),)),
}

# From 2.5.0 on the search reads a table without an index.
_SLOW_SEARCH = 3.2
_TRACED = 0.22
_LOGGED = 0.3


def request(
    shop: Reporter,
    at: datetime,
    route: Route,
    trace: Trace,
    *,
    customer: int | None,
    status: int = 200,
    duration: float | None = None,
    parent: str | None = None,
) -> None:
    """One request that ended at `at`; `parent` is the caller's span when the caller is traced as well."""
    source = shop.random
    release = shop.timeline.release_at(shop.releases, at)
    duration = duration or route.duration(source)
    if route.path == "/search" and release.name.startswith("2.5"):
        duration = round(duration * _SLOW_SEARCH, 1)
    person = {} if customer is None else {"user_id": str(customer)}
    context = {"service": shop.service, "http_method": route.method, "path": route.path, "status_code": status}
    shop.report(
        at,
        lambda client: client.capture_transaction(
            route.name, duration, occurred_at=at, context={**context, "route": route.path}, **trace.ids(), **person
        ),
    )
    if parent is not None or source.random() < _TRACED:
        _spans(shop, at, route, trace, duration=duration, status=status, parent=parent)
    if status == 200 and source.random() < _LOGGED:
        slow = duration > route.typical * 2
        words = f"{route.name} took {duration:.0f} ms" if slow else f"{route.name} answered"
        shop.report(
            at,
            lambda client: client.capture_message(
                words,
                level="warning" if slow else "info",
                occurred_at=at,
                context={"service": shop.service, "logger_name": f"webshop.{route.module}", "duration_ms": duration},
                **trace.ids(),
                **person,
            ),
        )


def _spans(
    shop: Reporter, at: datetime, route: Route, trace: Trace, *, duration: float, status: int, parent: str | None
) -> None:
    started = at - timedelta(milliseconds=duration)
    failed = status >= 500
    root = Span(route.name, "server", started, duration, span_id(shop.random), parent, failed)
    root.report(shop, trace, route.name)
    begins = started + timedelta(milliseconds=duration * 0.02)
    for number, (name, kind, part) in enumerate(route.steps, 1):
        took = round(duration * part * shop.random.uniform(0.9, 1.05), 2)
        last = failed and number == len(route.steps)
        Span(name, kind, begins, took, span_id(shop.random), root.span_id, last).report(shop, trace, route.name)
        begins += timedelta(milliseconds=took)
