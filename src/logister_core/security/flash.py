"""Messages for the page after the redirect, carried by a cookie that is gone once they were shown."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from logister_core.security.cookies import Cookie
from logister_core.security.tokens import Signer

KINDS = frozenset({"notice", "alert"})
# A redirect takes seconds; after that the message would only confuse.
MAX_AGE = 120
# A cookie holds 4096 bytes at most, and nobody reads more.
MESSAGES = 3
LENGTH = 300


class Message(NamedTuple):
    """`undo` is the path of a form that takes back what the text tells of, None where nothing does."""

    kind: str
    text: str
    undo: str | None = None


class Flashes:
    """Of one request: what the cookie brought and what this request adds. Texts are escaped where they are shown,
    and must hold nothing secret: the cookie is signed, not encrypted.
    """

    def __init__(self, request: Any, cookie: Cookie, signer: Signer) -> None:
        self._cookie = cookie
        self._signer = signer
        signed = cookie.value(request)
        self._brought = self._read(signed) if signed else []
        self._waiting = list(self._brought)
        self._cookie_came = signed is not None
        request.add_response_callback(self._write)

    def add(self, kind: str, text: str, undo: str | None = None) -> None:
        if kind not in KINDS:
            raise ValueError(f"a flash is one of {sorted(KINDS)}, not {kind!r}")
        self._waiting.append(Message(kind, text[:LENGTH], undo))

    def take(self) -> list[Message]:
        """All messages, oldest first; they count as shown."""
        taken, self._waiting = self._waiting, []
        return taken

    def _read(self, signed: str) -> list[Message]:
        payload = self._signer.verified(signed)
        return [] if payload is None else [Message(*parts) for parts in json.loads(payload)]

    def _write(self, request: Any, response: Any) -> None:
        if self._waiting == self._brought and (self._waiting or not self._cookie_came):
            return
        if self._waiting:
            # Each message without what it does not have, and letters as they are: the cookie is small.
            parts = [[part for part in message if part is not None] for message in self._waiting[-MESSAGES:]]
            signed = self._signer.sign(json.dumps(parts, ensure_ascii=False).encode())
            response.headerlist.append(self._cookie.header(signed, max_age=MAX_AGE))
        else:
            response.headerlist.append(self._cookie.removal())


def flash(request: Any, kind: str, text: str, undo: str | None = None) -> None:
    """Show `text` above the next page; `kind` is "notice" or "alert", `undo` the path of a form that takes it back."""
    request.flash_store.add(kind, text, undo)
