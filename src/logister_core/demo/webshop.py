"""What the web shop went through: a Python program with customers all day."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from logister_core.demo.deployed import deploy
from logister_core.demo.failing import report_failure
from logister_core.demo.requests import ROUTES, Route, request
from logister_core.demo.services.webshop import app
from logister_core.demo.telemetry import Reporter, Trace
from logister_core.demo.timeline import Release, Timeline

SERVICE = "webshop"
REPOSITORY = "fernwood/webshop"

RELEASES = [
    Release("2.4.0", timedelta(days=20), REPOSITORY),
    Release("2.4.1", timedelta(days=11.3), REPOSITORY),
    Release("2.4.2", timedelta(days=8.2), REPOSITORY),
    Release("2.5.0", timedelta(days=3.1), REPOSITORY),
    Release("2.5.1", timedelta(hours=15), REPOSITORY),
]


@dataclass(frozen=True)
class Failure:
    """Requests of a kind that fail; `when` lists (from, to, how many) with times in days before the end."""

    route: Route
    form: Callable[[random.Random], dict[str, Any]]
    when: tuple[tuple[float, float, int], ...]
    log: str
    anonymous: bool = False
    least: int = 2


def _basket(source: random.Random) -> list[tuple[str, int]]:
    prices = ("12.90", "9.50", "7.20", "34.00", "18.00")
    return [(source.choice(prices), source.randint(1, 4)) for _ in range(source.randint(1, 5))]


def _checkout(source: random.Random, **special: Any) -> dict[str, Any]:
    number = f"F-{source.randint(20000, 89999)}"
    return {
        "lines": _basket(source),
        "region": source.choice(["AT", "BE", "DE", "FR", "NL"]),
        "number": number,
        **special,
    }


FAILURES = (
    # Norway was announced before it was configured; repaired in 2.4.2, broken again by 2.5.0.
    Failure(
        ROUTES["checkout"],
        lambda source: _checkout(source, region="NO", card="tok_visa"),
        ((13.2, 8.3, 34), (3.0, 0.05, 22)),
        "Checkout of {lines} lines, region NO",
    ),
    # The gateway is slow now and then, and was for an evening.
    Failure(
        ROUTES["checkout"],
        lambda source: _checkout(source, card="slow", timeout=source.choice((2.0, 3.0))),
        ((14, 0.02, 26), (5.4, 5.1, 40)),
        "Charging through gateway eu-1",
    ),
    Failure(
        ROUTES["checkout"],
        lambda source: _checkout(source, card=f"declined:{source.choice(('insufficient funds', 'expired card'))}"),
        ((14, 0.1, 30),),
        "Charging through gateway eu-1",
    ),
    # New in 2.5.0: order numbers are given out twice.
    Failure(
        ROUTES["checkout"],
        lambda source: _checkout(source, number="F-10293", card="tok_visa"),
        ((3.05, 0.01, 31),),
        "Placing order F-10293",
    ),
    Failure(
        ROUTES["receipt"],
        lambda source: {},
        ((12, 0.3, 18),),
        "Receipt asked for by a guest",
        anonymous=True,
    ),
    # A bundle without plants; somebody put plants in.
    Failure(ROUTES["bundle"], lambda source: {"slug": "winter-sale"}, ((10.5, 6.4, 24),), "Showing bundle winter-sale"),
    # People search for ":(" and nobody minds any more.
    Failure(
        ROUTES["search"],
        lambda source: {"q": source.choice(("monstera (large", "ficus [", "*aloe", "pilea)"))},
        ((14, 7.2, 15),),
        "Searching plants",
    ),
    # One carrier answers in HTML when it is down.
    Failure(
        ROUTES["carrier"],
        lambda source: {"body": "<html><body>503 Service Unavailable</body></html>"},
        ((13, 9.2, 20),),
        "Webhook of carrier parcelhero",
        anonymous=True,
    ),
    # New today.
    Failure(
        ROUTES["import"],
        lambda source: {"file": "SKU;Preis\nmonstera;12,90 \u20ac".encode("cp1252")},
        ((0.4, 0.02, 4),),
        "Importing a price list",
    ),
)


def tell(timeline: Timeline, scale: float) -> Reporter:
    deploy("logister_core.demo.services.webshop", "webshop", "/srv/webshop")
    shop = Reporter(SERVICE, timeline, RELEASES, scale)
    shop.deployments()
    for moment in timeline.moments(shop.count(400, least=12)):
        route = timeline.random.choices(list(ROUTES.values()), [route.share for route in ROUTES.values()])[0]
        request(shop, moment, route, Trace.new(timeline.random), customer=timeline.random.randint(1, 899))
    for failure in FAILURES:
        for first, last, count in failure.when:
            for moment in timeline.moments(shop.count(count, least=failure.least), days=(first, last)):
                _fail(shop, moment, failure)
    _measure(shop)
    return shop


def _fail(shop: Reporter, at: datetime, failure: Failure) -> None:
    trace = Trace.new(shop.random)
    form = failure.form(shop.random)
    customer = None if failure.anonymous else shop.random.randint(1, 899)
    route = failure.route
    duration = route.duration(shop.random)
    person = {} if customer is None else {"user_id": str(customer)}
    context = {
        "service": SERVICE,
        "http_method": route.method,
        "path": route.path,
        "route": route.path,
        "transaction_name": route.name,
        "request": {
            "headers": {"User-Agent": shop.random.choice(_BROWSERS), "Accept-Language": "de-DE,de;q=0.9"},
            "remote_ip": f"203.0.113.{shop.random.randint(1, 254)}",
        },
        "tags": {"region": form.get("region", "DE"), "worker": f"web-{shop.random.randint(1, 3)}"},
    }
    words = failure.log.format(lines=len(form.get("lines", ())))
    shop.report(
        at - timedelta(milliseconds=duration * 0.9),
        lambda client: client.capture_message(
            words,
            occurred_at=at - timedelta(milliseconds=duration * 0.9),
            context={"service": SERVICE, "logger_name": f"webshop.{route.module}"},
            **trace.ids(),
            **person,
        ),
    )
    shop.report(
        at,
        lambda client: report_failure(
            client,
            at,
            lambda: app.handle(app.Request(route.method, route.path, form, customer)),
            context=context,
            **trace.ids(),
            **person,
        ),
    )
    request(shop, at, route, trace, customer=customer, status=500, duration=duration)


def _measure(shop: Reporter) -> None:
    for moment in shop.timeline.moments(shop.count(110, least=4)):
        value = round(shop.random.lognormvariate(3.6, 0.5), 2)
        _metric(shop, moment, "cart.value", value, "EUR")
    for moment in shop.timeline.moments(shop.count(110, least=4)):
        _metric(shop, moment, "mail.queue_depth", shop.random.randint(0, 40), "messages")


def _metric(shop: Reporter, at: datetime, name: str, value: float, unit: str) -> None:
    shop.report(
        at,
        lambda client: client.capture_metric(name, value, unit=unit, occurred_at=at, context={"service": SERVICE}),
    )


_BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
)
