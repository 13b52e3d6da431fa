"""Asking other servers over HTTP: bounded in time and size, never following where an answer leads.

Proxies of the environment (HTTPS_PROXY, NO_PROXY) are used; certificates are checked.
"""

from __future__ import annotations

import http.client
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final
from urllib.error import URLError

# What `ask` may raise; `OSError` includes every refused connection and timeout.
FAILURES: Final = (OSError, http.client.HTTPException, ValueError)


class Unwelcome(OSError):
    """An answer came, with a status that the caller cannot use."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")


def reason(error: BaseException) -> str:
    """Why asking failed, for logs. No more than its kind: the words of an error could repeat what was asked with."""
    if isinstance(error, Unwelcome):
        return str(error)
    # What urllib wraps says more than the wrapping.
    cause = error.reason if isinstance(error, URLError) else error
    return type(cause if isinstance(cause, Exception) else error).__name__


@dataclass(frozen=True, slots=True)
class Answer:
    """Of any status, redirects included."""

    status: int
    headers: Message
    body: bytes


def ask(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    patience: float,
    whole_answer: float,
    most_bytes: int,
) -> Answer:
    """Send one request. `patience` are seconds for connecting and for each wait, `whole_answer` for all of the body.

    Raises one of `FAILURES`. The caller vouches for `url`, which is http or https.
    """
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)  # noqa: S310
    with _opener().open(request, timeout=patience) as answer:
        return Answer(answer.status, answer.headers, _read(answer, whole_answer, most_bytes))


def _opener() -> urllib.request.OpenerDirector:
    """Without the handlers for redirects, which take secrets along, and for errors: every status is an answer."""
    opener = urllib.request.OpenerDirector()
    opener.addheaders = []
    for handler in (urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
        opener.add_handler(handler())
    return opener


def _read(answer: Any, whole_answer: float, most_bytes: int) -> bytes:
    """All of it; the timeout of the connection starts anew with each byte, so the whole has one of its own."""
    end, body = time.monotonic() + whole_answer, bytearray()
    while chunk := answer.read1(65_536):
        body += chunk
        if len(body) > most_bytes:
            raise ValueError("the answer is too long")
        if time.monotonic() > end:
            raise TimeoutError("the answer takes too long")
    return bytes(body)
