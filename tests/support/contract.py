"""Reading the answers of the write API as its contract tells them."""

from __future__ import annotations

from typing import Any

import webtest


def told(answer: webtest.TestResponse) -> dict[str, Any]:
    """The body of a refusal without `help`, which every refusal has: a sentence for people, not for programs."""
    assert 400 <= answer.status_int < 500
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = dict(answer.json)
    assert body.pop("help").endswith((".", "}"))
    assert body["code"]
    return body
