"""What the storefront went through: JavaScript in the browsers of customers.

The Python client carries what a browser would have sent: it takes explicit events as well as exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from logister_core.demo.requests import ROUTES, request
from logister_core.demo.storefront_sources import HOST, exception, frame
from logister_core.demo.telemetry import Reporter, Span, Trace, span_id
from logister_core.demo.timeline import Release, Timeline

SERVICE = "storefront"
REPOSITORY = "fernwood/storefront"

RELEASES = [
    Release("2026.45", timedelta(days=18), REPOSITORY),
    Release("2026.46", timedelta(days=9.4), REPOSITORY),
    Release("2026.47", timedelta(days=6.1), REPOSITORY),
    Release("2026.48", timedelta(days=2.1), REPOSITORY),
]


@dataclass(frozen=True)
class Crash:
    """`when` lists (from, to, how many) with times in days before the end."""

    page: str
    exception: dict[str, Any]
    when: tuple[tuple[float, float, int], ...]


CRASHES = (
    # Plants without a price; repaired in 2026.47, back in 2026.48.
    Crash(
        "/cart",
        exception(
            "TypeError",
            "Cannot read properties of undefined (reading 'amount')",
            [
                frame("src/cart/total.js", "lineTotal", "price.amount"),
                frame("src/cart/total.js", "cartTotal", "lines.reduce"),
                frame("src/cart/view.js", "renderCart", "cartTotal(cart)"),
            ],
        ),
        ((9.3, 6.2, 38), (2.05, 0.02, 24)),
    ),
    # Browsers that were open during a deployment.
    Crash(
        "/wishlist",
        exception(
            "ChunkLoadError",
            "Loading chunk 17 failed.",
            [
                frame("src/router.js", "/wishlist", 'import("./wishlist'),
                frame("src/router.js", "navigate", "pages[path]"),
            ],
        ),
        ((9.4, 9.2, 14), (6.1, 5.9, 12)),
    ),
    Crash(
        "/search",
        exception("TypeError", "Failed to fetch", [frame("src/api.js", "api", "fetch(")]),
        ((14, 0.05, 34),),
    ),
    # New in 2026.48: older browsers do not have it.
    Crash(
        "/wishlist",
        exception(
            "ReferenceError",
            "structuredClone is not defined",
            [
                frame("src/wishlist/store.js", "save", "structuredClone"),
                frame("src/wishlist/page.js", "onHeart", "save(wishlist)"),
            ],
        ),
        ((2.0, 0.01, 17),),
    ),
    Crash(
        "/wishlist",
        exception(
            "QuotaExceededError",
            "The quota has been exceeded.",
            [
                frame("src/wishlist/store.js", "save", "localStorage.setItem"),
                frame("src/wishlist/page.js", "onHeart", "save(wishlist)"),
            ],
        ),
        ((12, 1, 6),),
    ),
)

# The Python client adds these about its own process unless they are there.
_BROWSER = {
    "runtime": "browser",
    "platform": "web",
    "python_version": "",
    "python_implementation": "",
    "process_id": "",
}
_BROWSERS = (("Firefox", "145"), ("Chrome", "142"), ("Safari", "19"), ("Chrome Mobile", "97"))
_PAGES = {"/cart": ROUTES["cart"], "/search": ROUTES["search"], "/bundles": ROUTES["bundle"]}


def tell(timeline: Timeline, scale: float, shop: Reporter) -> Reporter:
    """`shop` is the web shop, which serves what the storefront fetches."""
    front = Reporter(SERVICE, timeline, RELEASES, scale)
    front.deployments()
    for moment in timeline.moments(front.count(90, least=6)):
        _visit(front, shop, moment)
    for crash in CRASHES:
        for first, last, count in crash.when:
            for moment in timeline.moments(front.count(count, least=2), days=(first, last)):
                _crash(front, moment, crash)
    for moment in timeline.moments(front.count(110, least=4)):
        _vital(front, moment)
    return front


def _context(front: Reporter, page: str) -> dict[str, Any]:
    name, version = front.random.choice(_BROWSERS)
    return {
        **_BROWSER,
        "service": SERVICE,
        "url": HOST + page,
        "tags": {"browser": name, "browser_version": version, "page": page},
    }


def _visit(front: Reporter, shop: Reporter, at: datetime) -> None:
    """A page is shown: a trace that begins in the browser and goes on in the web shop."""
    page = front.random.choice(list(_PAGES))
    trace = Trace.new(front.random)
    session = f"s-{front.random.getrandbits(40):010x}"
    context = _context(front, page)
    route = _PAGES[page]
    fetch = route.duration(front.random)
    load = round(fetch + front.random.uniform(180, 900), 1)
    started = at - timedelta(milliseconds=load)
    front.report(
        at,
        lambda client: client.capture_transaction(
            page, load, occurred_at=at, context=context, session_id=session, **trace.ids()
        ),
    )
    root = Span(f"page {page}", "browser", started, load, span_id(front.random))
    root.report(front, trace, page, **_BROWSER)
    begins = started + timedelta(milliseconds=70)
    call = Span(f"fetch {page}", "http", begins, fetch + 40, span_id(front.random), root.span_id)
    call.report(front, trace, page, **_BROWSER)
    answered = begins + timedelta(milliseconds=fetch + 20)
    request(shop, answered, route, trace, customer=None, duration=fetch, parent=call.span_id)


def _crash(front: Reporter, at: datetime, crash: Crash) -> None:
    trace = Trace.new(front.random)
    context = {**_context(front, crash.page), "exception": crash.exception}
    session = f"s-{front.random.getrandbits(40):010x}"
    visitor = str(front.random.randint(1, 899))
    before = at - timedelta(seconds=front.random.uniform(0.3, 4))
    front.report(
        before,
        lambda client: client.capture_message(
            f"navigated to {crash.page}",
            level="debug",
            occurred_at=before,
            context={**_BROWSER, "service": SERVICE, "logger_name": "router"},
            session_id=session,
            **trace.ids(),
        ),
    )
    front.report(
        at,
        lambda client: client.send_event(
            event_type="error",
            level="error",
            message=f"{crash.exception['class']}: {crash.exception['message']}",
            occurred_at=at,
            context=context,
            session_id=session,
            user_id=visitor,
            **trace.ids(),
        ),
    )


def _vital(front: Reporter, at: datetime) -> None:
    page = front.random.choice(list(_PAGES))
    context = _context(front, page)
    value = round(front.random.lognormvariate(7.3, 0.35))
    front.report(
        at,
        lambda client: client.capture_metric("web_vitals.lcp", value, unit="ms", occurred_at=at, context=context),
    )
