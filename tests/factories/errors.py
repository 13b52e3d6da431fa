"""Error events as clients send them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from logister_core.error_groups.models import ErrorGroup
from support.instance import Instance

SOURCE = '''\
def process(order: dict, session: Session) -> Receipt:
    """Charge the order and return its receipt."""
    lines = [Line.from_dict(line) for line in order["lines"]]
    total = sum(line.amount for line in lines)

    customer = session.get(Customer, order["customer_id"])
    if customer is None:
        raise UnknownCustomer(order)
    receipt = gateway.charge(customer, total, reference=f"order {order['number']} of {customer.name}")
    session.add(receipt)
    return receipt
'''.splitlines()


def frame(file: str, lineno: int, name: str, **values: Any) -> dict[str, Any]:
    return {"filename": file, "lineno": lineno, "name": name} | values


def key_error(**context: Any) -> dict[str, Any]:
    """A KeyError in a web request of a Django shop, with source lines, variables, libraries and a cause."""
    django = [frame(f"/venv/lib/python3.11/site-packages/django/core/handlers/{name}.py", 40 + number, "inner")
              for number, name in enumerate(["exception", "base", "asgi"])]  # fmt: skip
    failing = frame(
        "shop/orders.py",
        47,
        "process",
        context_line=SOURCE[5],
        pre_context=SOURCE[:5],
        post_context=SOURCE[6:],
        locals={
            "order": {"number": "2026-11-00481", "lines": [{"sku": "A-1", "amount": 1250}]},
            "total": 1250,
            "api_token": "hunter2-token",
        },
    )
    caller = frame("shop/views/orders.py", 19, "create", context_line="    return process(request.json, request.db)")
    defaults = {
        "environment": "production",
        "release": "1.4.2",
        "service": "web",
        "transaction_name": "POST /orders",
        "request_id": "req-77",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "user_id": "4711",
        "user": {"id": "4711", "plan": "business", "email": "person@example.com"},
        "runtime": "python",
        "python_version": "3.11.7",
        "hostname": "web-1",
        "repository": "acme/shop",
        "commit_sha": "9f3c1ab",
        "tags": {"tenant": "north"},
        "cart": {"items": [{"sku": "A-1", "quantity": 2}], "coupon": None},
        "request": {
            "method": "POST",
            "path": "/orders",
            "url": "https://shop.example.com/orders?source=basket&token=hunter2-query",
            "headers": {"User-Agent": "Mozilla/5.0", "Authorization": "Bearer hunter2-header", "Accept": "*/*"},
            "params": {"coupon": "NOV", "password": "hunter2-param"},
        },
        "exception": {
            "class": "KeyError",
            "message": "'customer_id'",
            "frames": [*django, caller, failing],
            "cause": {
                "class": "psycopg.errors.UndefinedColumn",
                "message": 'column "customer" does not exist',
                "frames": [frame("shop/models.py", 88, "customer", context_line="    return rows.one()")],
            },
        },
    }
    return {"message": "KeyError: 'customer_id'", "level": "error", "context": defaults | context}


def send_error(
    site: Instance, token: str, message: str = "boom", *, ago: timedelta = timedelta(), **values: Any
) -> UUID:
    """Send one error that happened `ago` before now and group it; returns the event's id."""
    uuid = post_event(site, token, message, at=site.clock() - ago, **values)
    site.project_events()
    return uuid


def post_event(site: Instance, token: str, message: str = "boom", *, at: datetime | None = None, **values: Any) -> UUID:
    """Send one event, an error unless told otherwise; returns its id."""
    answer = site.send(token, **{"message": message, "occurred_at": (at or site.clock()).isoformat()} | values)
    assert answer.status_int == 201, answer.text
    return UUID(answer.json["id"])


def groups(site: Instance) -> dict[str, ErrorGroup]:
    """All groups by title."""
    with site.read() as db:
        return {group.title: group for group in db.scalars(select(ErrorGroup))}


def group(site: Instance) -> ErrorGroup:
    [found] = groups(site).values()
    return found
