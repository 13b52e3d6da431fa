"""The integrations of `logister-python`, in real applications, against a started installation."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import django
import fastapi
import flask
import httpx
import pytest
import webtest
from django.conf import settings as django_settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from logister import (
    LogisterClient,
    LogisterLoggingHandler,
    build_django_middleware,
    instrument_fastapi,
    instrument_flask,
    instrument_logging,
)

from logister_core.ingest.models import IngestEvent, TraceSpan
from support.shop import Shop

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
HEADERS = {
    "traceparent": f"00-{TRACE}-{PARENT}-01",
    "X-Request-Id": "req-77",
    "User-Agent": "curl/8",
    "X-Forwarded-For": "203.0.113.9",
}
SITE = "django_shop"


class OutOfStock(Exception):
    pass


def sell(order: str) -> str:
    if order == "missing":
        raise OutOfStock(f"nothing left of {order}")
    return f"sold {order}"


def assert_requests_were_captured(shop: Shop, framework: str, names: dict[str, str]) -> None:
    """One request that worked and one that failed: transactions, server spans, and the error in its group.

    `names` leads from the path to the transaction's name.
    """
    transactions = {event.transaction_name: event for event in shop.events("transaction")}
    spans = {span.name: span for span in shop.rows(TraceSpan)}
    assert transactions.keys() == spans.keys() == set(names.values())
    for address, status in (("/orders/A-1", "200"), ("/orders/missing", "500")):
        transaction, span = transactions[names[address]], spans[names[address]]
        assert (transaction.status_code, transaction.level) == (status, "info")
        assert (transaction.environment, transaction.release) == ("staging", "1.4.2")
        assert (transaction.trace_id, transaction.request_id) == (TRACE, "req-77")
        assert transaction.duration_ms is not None
        assert transaction.duration_ms > 0
        assert_request_kept(shop, transaction, framework, address, int(status))
        assert (span.kind, span.status) == ("server", "ok" if status == "200" else "error")
        assert (span.trace_id, span.parent_span_id, span.request_id) == (TRACE, PARENT, "req-77")
        assert span.started_at <= span.ended_at
    error = shop.event("error")
    assert (error.message, error.exception_class) == ("nothing left of missing", "OutOfStock")
    assert (error.trace_id, error.request_id) == (TRACE, "req-77")
    assert error.culprit is not None
    assert error.culprit.endswith("test_client_frameworks.py in sell")
    assert_request_kept(shop, error, framework, "/orders/missing", 500)
    shop.settle()
    assert {title: group.occurrence_count for title, group in shop.groups().items()} == {"nothing left of missing": 1}


def assert_request_kept(shop: Shop, event: IngestEvent, framework: str, address: str, status: int) -> None:
    kept = shop.context(event)
    assert (kept["framework"], kept["method"], kept["path"]) == (framework, "GET", address)
    assert (kept["status_code"], kept["query_string"]) == (status, "coupon=NOV")
    request = kept["request"]
    assert (request["method"], request["path"], request["query_string"]) == ("GET", address, "coupon=NOV")
    assert request["url"] == kept["url"] == f"http://shop.example.com{address}?coupon=NOV"
    assert {key: value for key, value in request["headers"].items() if key in HEADERS} == {
        "User-Agent": "curl/8",
        "X-Request-Id": "req-77",
    }


def assert_error_page_shows_the_request(shop: Shop, route: str) -> None:
    with shop.visitor() as visitor:
        detail = visitor.open(f"{shop.path}/inbox").follow("OutOfStock nothing left of missing")
        assert f"GET {route}" in detail.text
        page = detail.follow("Context").text
        for words in ("shop.example.com", "coupon=NOV", "curl/8", "req-77"):
            assert words in page


def names_by_method_and_path() -> dict[str, str]:
    return {address: f"GET {address}" for address in ("/orders/A-1", "/orders/missing")}


def test_flask_requests_and_failures(shop: Shop) -> None:
    app = flask.Flask("shop")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.logger.disabled = True
    orders = flask.Blueprint("orders", "orders")

    @orders.get("/orders/<order>")
    def show(order: str) -> str:
        return sell(order)

    app.register_blueprint(orders)
    instrument_flask(app, shop.client, capture_spans=True)
    browser = app.test_client()
    for address, status in (("/orders/A-1", 200), ("/orders/missing", 500)):
        answer = browser.get(f"{address}?coupon=NOV", headers=HEADERS, base_url="http://shop.example.com")
        assert (answer.status_code, answer.headers["x-request-id"]) == (status, "req-77")
    assert_requests_were_captured(shop, "flask", names_by_method_and_path())
    kept = shop.context(shop.event("error"))
    assert (kept["endpoint"], kept["blueprint"]) == ("orders.show", "orders")
    assert kept["request"]["view_args"] == {"order": "missing"}
    assert_error_page_shows_the_request(shop, "orders.show")


def asgi_requests(app: Any, addresses: tuple[str, ...]) -> list[int]:
    """Statuses of GET requests, made in one event loop."""

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as browser:
            return [(await browser.get(f"{address}?coupon=NOV", headers=HEADERS)).status_code for address in addresses]

    return asyncio.run(ask())


def test_fastapi_requests_and_failures(shop: Shop) -> None:
    app = fastapi.FastAPI()

    @app.get("/orders/{order}")
    async def show(order: str) -> str:
        return sell(order)

    def name(request: fastapi.Request) -> str:
        return f"{request.method} order {request.url.path.rpartition('/')[2]}"

    instrument_fastapi(app, shop.client, transaction_namer=name, capture_spans=True)
    assert asgi_requests(app, ("/orders/A-1", "/orders/missing")) == [200, 500]
    assert shop.client.flush(10)
    names = {"/orders/A-1": "GET order A-1", "/orders/missing": "GET order missing"}
    assert_requests_were_captured(shop, "fastapi", names)
    kept = shop.context(shop.event("error"))
    assert kept["route"] == "/orders/{order}"
    assert kept["request"]["path_params"] == {"order": "missing"}
    assert_error_page_shows_the_request(shop, "/orders/{order}")


def show(_request: HttpRequest, order: str) -> HttpResponse:
    return HttpResponse(sell(order))


async def show_later(request: HttpRequest, order: str) -> HttpResponse:
    return show(request, order)


@pytest.fixture(scope="module")
def django_shop() -> Iterator[ModuleType]:
    """A module that is the whole site; its `Middleware` is looked up when an application is made."""
    module = ModuleType(SITE)
    sys.modules[SITE] = module
    django_settings.configure(
        ROOT_URLCONF=SITE,
        ALLOWED_HOSTS=["shop.example.com"],
        MIDDLEWARE=[f"{SITE}.Middleware"],
        SECRET_KEY="x" * 50,
        LOGGING_CONFIG=None,
    )
    django.setup()
    yield module
    del sys.modules[SITE]


@pytest.mark.parametrize("gateway", ["wsgi", "asgi"])
def test_django_requests_and_failures(shop: Shop, django_shop: Any, gateway: str) -> None:
    django_shop.Middleware = build_django_middleware(shop.client, capture_spans=True)
    django_shop.urlpatterns = [path("orders/<order>", show if gateway == "wsgi" else show_later)]
    if gateway == "wsgi":
        browser = webtest.TestApp(get_wsgi_application(), extra_environ={"HTTP_HOST": "shop.example.com"})
        for address, status in (("/orders/A-1", 200), ("/orders/missing", 500)):
            answer = browser.get(f"{address}?coupon=NOV", headers=HEADERS, status=status)
            assert answer.headers["x-request-id"] == "req-77"
    else:
        assert asgi_requests(get_asgi_application(), ("/orders/A-1", "/orders/missing")) == [200, 500]
        assert shop.client.flush(10)
    assert_requests_were_captured(shop, "django", names_by_method_and_path())
    assert shop.context(shop.event("error"))["route"] == "orders/<order>"
    assert_error_page_shows_the_request(shop, "orders/<order>")


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger("shop.orders")
    found.setLevel(logging.DEBUG)
    found.propagate = False
    yield found
    found.handlers.clear()


def test_log_records_become_logs_with_their_origin_and_extras(shop: Shop, logger: logging.Logger) -> None:
    handler = instrument_logging(shop.client, logger=logger, context={"service": "checkout"})
    assert instrument_logging(shop.client, logger=logger) is handler
    extra = {"request_id": "req-77", "trace_id": TRACE, "user_id": "4711", "basket": {"items": 2}}
    logger.warning("stock of %s is low", "A-1", extra=extra)
    for level in ("debug", "info", "error", "critical"):
        getattr(logger, level)(f"at {level}")
    events = shop.events("log")
    assert [(event.message, event.level) for event in events] == [
        ("stock of A-1 is low", "warning"),
        *((f"at {level}", level) for level in ("debug", "info", "error", "critical")),
    ]
    event = events[0]
    assert (event.request_id, event.trace_id, event.end_user_id, event.service) == ("req-77", TRACE, "4711", "checkout")
    kept = shop.context(event)
    assert kept["logger_name"] == "shop.orders"
    origin = kept["logger"]
    assert (origin["name"], origin["module"], origin["function"]) == (
        "shop.orders",
        "test_client_frameworks",
        "test_log_records_become_logs_with_their_origin_and_extras",
    )
    assert origin["pathname"] == __file__
    assert kept["log_record"]["basket"] == {"items": 2}


def test_a_logged_exception_becomes_an_error_related_to_the_logs_of_its_request(
    shop: Shop, logger: logging.Logger
) -> None:
    logger.addHandler(LogisterLoggingHandler(shop.client, level=logging.INFO))
    logger.debug("below the handler's level")
    logger.info("order received", extra={"request_id": "req-77"})
    try:
        sell("missing")
    except OutOfStock:
        logger.exception("order failed", extra={"request_id": "req-77"})
    error = shop.event("error")
    assert (error.message, error.exception_class, error.request_id) == ("order failed", "OutOfStock", "req-77")
    assert shop.context(error)["logger"]["name"] == "shop.orders"
    assert shop.event("log").message == "order received"
    shop.settle()
    group = shop.groups()["order failed"]
    assert (group.subtitle, group.occurrence_count) == ("OutOfStock", 1)
    with shop.visitor() as visitor:
        detail = visitor.open(f"{shop.path}/inbox").follow("order failed")
        assert "nothing left of missing" in detail.text
        assert "order received" in detail.follow("Related").text


def test_records_logged_inside_an_event_loop_arrive_too(shop: Shop, logger: logging.Logger) -> None:
    instrument_logging(shop.client, logger=logger)

    async def work() -> None:
        logger.info("from the loop")

    asyncio.run(work())
    assert shop.client.flush(10)
    assert shop.event("log").message == "from the loop"


def test_an_integration_whose_server_refuses_its_key_never_breaks_the_application(shop: Shop) -> None:
    app = flask.Flask("shop")
    app.add_url_rule("/", view_func=lambda: "fine")
    with LogisterClient("logister_unknown", base_url=shop.installation.web.url) as stranger:
        instrument_flask(app, stranger)
        assert app.test_client().get("/").data == b"fine"
    assert shop.rows(IngestEvent) == []
