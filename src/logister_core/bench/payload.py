"""The event that is sent: a Python error as a client library reports it, in two sizes.

A few hundred distinct errors, each with a stack of its own; every single event has its own UUID and message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

import orjson

GROUPS: Final = 300
FRAMES: Final = 20
SIZES: Final = ("2.9", "18")
# Kilobytes of 1,000 bytes, about.

_UUID: Final = "00000000-0000-4000-8000-000000000000"
_SERIAL: Final = "#000000000"

_LIBRARY = "/venv/lib/python3.11/site-packages"
_CALLS = (
    (f"{_LIBRARY}/gunicorn/workers/sync.py", "handle", "self.handle_request(client)"),
    (f"{_LIBRARY}/flask/app.py", "wsgi_app", "self.full_dispatch_request()"),
    (f"{_LIBRARY}/flask/app.py", "dispatch_request", "return view(**args)"),
    ("/app/shop/checkout/views.py", "place_order", "orders.place(cart)"),
    ("/app/shop/orders/service.py", "place", "reserve(cart.lines)"),
    ("/app/shop/stock/reserve.py", "reserve", "stock.take(line.sku)"),
    (f"{_LIBRARY}/sqlalchemy/orm/session.py", "execute", "self._execute(stmt)"),
)


@dataclass(frozen=True, slots=True)
class Template:
    """The bytes of a request body around its UUID and its serial number."""

    head: bytes
    middle: bytes
    tail: bytes

    @classmethod
    def of(cls, document: Any) -> Template:
        head, rest = orjson.dumps(document).split(_UUID.encode())
        middle, tail = rest.split(_SERIAL.encode())
        return cls(head, middle, tail)

    def fill(self, serial: int, random: Random) -> bytes:
        """A body that differs from every other one; all bodies of a template have the same length."""
        return b"%b%b%b#%09d%b" % (self.head, uuid_text(random), self.middle, serial, self.tail)


def uuid_text(random: Random) -> bytes:
    """A UUID of version 4."""
    digits = b"%032x" % random.getrandbits(128)
    return b"%b-%b-4%b-8%b-%b" % (digits[:8], digits[8:12], digits[13:16], digits[17:20], digits[20:])


def templates(size: str, *, now: datetime | None = None) -> list[Template]:
    """One for each distinct error. `size` is one of SIZES."""
    moment = now or datetime.now(UTC)
    return [Template.of({"event": _event(number, size, moment)}) for number in range(GROUPS)]


def _event(number: int, size: str, now: datetime) -> dict[str, Any]:
    large = size == SIZES[1]
    exception: dict[str, Any] = {
        "class": "OutOfStock",
        "qualified_class": f"shop.stock.errors{number % 7}.OutOfStock",
        "message": "only 2 left in the warehouse",
        "frames": [_frame(number, depth, large=large) for depth in range(FRAMES)],
    }
    context: dict[str, Any] = {
        "environment": "production",
        "release": f"shop@2.41.{number % 3}",
        "trace_id": f"{number:032x}",
        "request_id": f"req-{number:08d}",
        "user_id": f"user-{number % 90}",
        "exception": exception,
    }
    if large:
        exception["backtrace"] = [f'File "{frame["filename"]}", line 1' for frame in exception["frames"]]
        context["breadcrumbs"] = [_breadcrumb(step) for step in range(49)]
    return {
        "uuid": _UUID,
        "event_type": "error",
        "level": "error",
        "message": f"OutOfStock: order {_SERIAL} cannot be placed",
        "context": context,
        "occurred_at": now.isoformat(),
    }


def _frame(number: int, depth: int, *, large: bool) -> dict[str, Any]:
    file, name, line = _CALLS[depth % len(_CALLS)]
    if not file.startswith(_LIBRARY):
        # What makes one error another: the project's own functions.
        name = f"{name}_{'abcdefghijklmnopqrst'[depth]}{number}"
    frame: dict[str, Any] = {"filename": file, "lineno": 40 + 13 * depth, "name": name, "line": line}
    if large:
        frame["locals"] = {
            key: f"<shop.models.{key.title()} {number * 31 + depth} state=open total=1499 currency=EUR at=0x7f31>"
            for key in ("cart", "order", "customer", "line")
        }
    return frame


def _breadcrumb(step: int) -> dict[str, Any]:
    return {
        "category": "query",
        "message": f"stock: sku, amount and warehouse of article A-{step:05d}, locked until the order is placed",
        "data": {"duration_ms": 1.5 * step, "rows": step},
    }
