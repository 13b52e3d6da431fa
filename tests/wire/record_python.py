"""Calls everything public of `logister-python` once, for the recorder; see README.md beside this file."""

from __future__ import annotations

import logging
import os
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from logister import LogisterClient, instrument_logging

MOMENT = datetime(2026, 11, 20, 11, 53, 0, 250_000, tzinfo=UTC)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
WHO = {"trace_id": TRACE, "request_id": "req-77", "session_id": "s-9", "user_id": "4711"}
SOURCE = {"repository": "acme/shop", "commit_sha": "9f3c1abd", "branch": "main"}
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "req-77", "User-Agent": "curl/8"}


def step(label: str) -> None:
    request = urllib.request.Request(f"{os.environ['LOGISTER_BASE_URL']}/steps/{label}", method="PUT")
    urllib.request.urlopen(request).close()


def new_client(**options: Any) -> LogisterClient:
    defaults = {"environment": "staging", "release": "1.4.2", "default_context": {"service": "checkout"}}
    return LogisterClient(
        os.environ["LOGISTER_API_KEY"], base_url=os.environ["LOGISTER_BASE_URL"], **defaults | options
    )


class OutOfStock(Exception):
    pass


def charge(order: str) -> None:
    raise ValueError(f"no price for {order}")


def sell(order: str) -> None:
    try:
        charge(order)
    except ValueError as error:
        raise RuntimeError(f"cannot sell {order}") from error


def clean_up(order: str) -> None:
    try:
        charge(order)
    except ValueError:
        del {}[order]


def raised(function: Callable[[str], None], order: str) -> Exception:
    try:
        function(order)
    except Exception as error:
        return error
    raise AssertionError(f"{function.__name__} was to fail")


def errors(client: LogisterClient) -> None:
    step("capture_exception-with-cause")
    client.capture_exception(
        raised(sell, "A-1"), context={"cart": {"items": 2}, "tags": {"tenant": "north"}}, occurred_at=MOMENT, **WHO
    )
    step("capture_exception-with-context-and-locals")
    with new_client(capture_locals=True, capture_hostname=True, **SOURCE) as curious:
        curious.capture_exception(
            raised(clean_up, "A-1"),
            message="the shop is closed",
            fingerprint="checkout",
            occurred_at="2026-11-20T12:53:00.25+01:00",
            environment="qa",
            release="2.0",
        )


def messages(client: LogisterClient) -> None:
    for level in ("debug", "info", "warning", "error", "critical"):
        step(f"capture_message-{level}")
        client.capture_message(
            "stock is low", level=level, context={"sku": "A-1"}, fingerprint="stock", occurred_at=MOMENT, **WHO
        )


def measurements(client: LogisterClient) -> None:
    step("capture_metric")
    client.capture_metric("queue.depth", 12.5, unit="jobs", context={"queue": "mail"}, occurred_at=MOMENT, **WHO)
    step("capture_metric-without-unit")
    client.capture_metric("queue.depth", 0, level="debug", occurred_at=MOMENT)
    step("capture_transaction")
    client.capture_transaction("POST /orders", 182.25, context={"status_code": 503}, occurred_at=MOMENT, **WHO)
    step("capture_span-with-parent")
    client.capture_span(
        "SELECT orders",
        40.5,
        context={"db": {"rows": 3}},
        trace_id=TRACE,
        request_id="req-77",
        span_id="00f067aa0ba902b7",
        parent_span_id="53995c3f42cd8ad8",
        kind="db",
        status="error",
        started_at=MOMENT,
        ended_at=MOMENT + timedelta(milliseconds=41),
    )
    step("capture_span-with-name-and-duration")
    client.capture_span("work", 7)


def check_ins(client: LogisterClient) -> None:
    step("check_in-ok")
    client.check_in(
        "backup", occurred_at=MOMENT, expected_interval_seconds=3_600, duration_ms=812, trace_id=TRACE, request_id="r-1"
    )
    step("check_in-error")
    client.check_in("backup", "error", environment="production", release="2.0", occurred_at=MOMENT)
    step("check_in-in_progress")
    client.check_in("backup", "in_progress", context={"expected_interval_seconds": 900}, occurred_at=MOMENT)
    step("send_event-check_in")
    client.send_event(
        event_type="check_in",
        level="info",
        message="backup",
        check_in_slug="nightly",
        check_in_status="ok",
        expected_interval_seconds=3_600,
        duration_ms=812,
        occurred_at=MOMENT,
    )


def deployments(client: LogisterClient) -> None:
    step("record_deployment")
    client.record_deployment(
        release="1.4.2",
        repository="acme/shop",
        commit_sha="9F3C1ABD",
        branch="main",
        deployed_at=MOMENT,
        pull_request_number=42,
        pull_request_url="https://github.com/acme/shop/pull/42",
        release_tag="v1.4.2",
        release_url="https://github.com/acme/shop/releases/tag/v1.4.2",
        compare_url="https://github.com/acme/shop/compare/a...b",
        workflow_run_url="https://github.com/acme/shop/actions/runs/1",
        deployment_url="https://shop.example.com",
    )


def batches(client: LogisterClient) -> None:
    step("send_events")
    common = {"level": "info", "occurred_at": MOMENT, "trace_id": TRACE}
    client.send_events(
        [
            client.prepare_event(event_type="log", message="one", request_id="req-77", **common),
            {"event_type": "metric", "message": "two", "context": {"value": 2, "unit": "jobs"}, **common},
            {
                "event_type": "span",
                "message": "three",
                "span_id": "00f067aa0ba902b7",
                "span_kind": "queue",
                "span_status": "ok",
                "duration_ms": 3,
                "started_at": MOMENT,
                **common,
            },
        ]
    )

    step("send_prepared_event")
    client.send_prepared_event(client.prepare_event(event_type="log", message="four", **common))


def log_records(client: LogisterClient) -> None:
    logger = logging.getLogger("shop.orders")
    instrument_logging(client, logger=logger, context={"area": "orders"}, propagate=False)
    extra = {"request_id": "req-77", "trace_id": TRACE, "user_id": "4711", "basket": {"items": 2}}
    step("logging-record")
    logger.warning("stock of %s is low", "A-1", extra=extra)
    step("logging-exception")
    try:
        charge("A-1")
    except ValueError:
        logger.exception("order failed", extra=extra)


def flask_requests(client: LogisterClient) -> None:
    import flask
    from logister import instrument_flask

    app = flask.Flask("shop")
    app.logger.disabled = True
    orders = flask.Blueprint("orders", "orders")

    @orders.get("/orders/<order>")
    def show(order: str) -> str:
        raise OutOfStock(f"nothing left of {order}")

    app.register_blueprint(orders)
    instrument_flask(app, client, capture_spans=True)
    step("flask-failure")
    app.test_client().get("/orders/A-1?coupon=NOV", headers=HEADERS, base_url="http://shop.example.com")


def fastapi_requests(client: LogisterClient) -> None:
    import asyncio

    import fastapi
    import httpx
    from logister import instrument_fastapi

    app = fastapi.FastAPI()

    @app.get("/orders/{order}")
    async def show(order: str) -> str:
        raise OutOfStock(f"nothing left of {order}")

    async def ask() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example.com") as browser:
            await browser.get("/orders/A-1?coupon=NOV", headers=HEADERS)

    instrument_fastapi(app, client, capture_spans=True)
    step("fastapi-failure")
    asyncio.run(ask())
    client.flush()


def django_requests(client: LogisterClient) -> None:
    import sys
    from types import ModuleType

    import django
    from django.conf import settings
    from django.test import Client
    from django.urls import path
    from logister import build_django_middleware

    def show(_request: Any, order: str) -> None:
        raise OutOfStock(f"nothing left of {order}")

    site = sys.modules["django_shop"] = ModuleType("django_shop")
    site.Middleware = build_django_middleware(client, capture_spans=True)
    site.urlpatterns = [path("orders/<order>", show)]
    settings.configure(
        ROOT_URLCONF="django_shop",
        ALLOWED_HOSTS=["shop.example.com"],
        MIDDLEWARE=["django_shop.Middleware"],
        LOGGING_CONFIG=None,
    )
    django.setup()
    logging.getLogger("django").disabled = logging.getLogger("django.request").disabled = True
    browser = Client(raise_request_exception=False, headers=HEADERS | {"Host": "shop.example.com"})
    step("django-failure")
    browser.get("/orders/A-1?coupon=NOV")


def celery_tasks(client: LogisterClient) -> None:
    import celery
    from logister import instrument_celery

    app = celery.Celery("shop")
    app.conf.update(task_always_eager=True, task_store_eager_result=False)
    instrument_celery(app, client, monitor_slug_factory=lambda task: f"task-{task.name}")
    logging.getLogger("celery.app.trace").disabled = True

    @app.task(name="orders.ship")
    def ship(order: str) -> str:
        return f"shipped {order}"

    @app.task(name="orders.bill", bind=True, max_retries=1)
    def bill(self: Any, order: str) -> None:
        try:
            charge(order)
        except ValueError as error:
            if self.request.retries == 0:
                raise self.retry(exc=error, countdown=0) from None
            raise

    step("celery-success")
    ship.apply(("A-1",), task_id="11111111-2222-4333-8444-555555555501")
    step("celery-retry-and-failure")
    bill.apply(("A-1",), task_id="11111111-2222-4333-8444-555555555502")


def main() -> None:
    with new_client() as client:
        for part in (errors, messages, measurements, check_ins, deployments, batches, log_records):
            part(client)
        for part in (flask_requests, fastapi_requests, django_requests, celery_tasks):
            part(client)


if __name__ == "__main__":
    main()
