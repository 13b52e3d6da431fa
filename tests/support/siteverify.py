"""A server that verifies tokens as Cloudflare does: each once, and only with the secret of its widget."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from .upstream import Asked, Reply, Upstream, upstream

PATH = "/turnstile/v0/siteverify"
SITE_KEY = "0x4AAAAAAAtestsitekey"
SECRET_KEY = "0x4AAAAAAAtestsecretkeyneverforthelog"
# What Cloudflare publishes for tests, and the one token that goes with them.
DUMMY_SITE_KEY = "1x00000000000000000000AA"
DUMMY_SECRET_KEY = "1x0000000000000000000000000000000AA"
DUMMY_TOKEN = "XXXX.DUMMY.TOKEN.XXXX"


@dataclass
class Siteverify:
    """`solved` is what the widget does in a browser; `disturbance` is answered instead of a verdict."""

    server: Upstream
    disturbance: Reply | None = None
    _tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.server.base}{PATH}"

    @property
    def questions(self) -> list[dict[str, Any]]:
        return [json.loads(asked.body) for asked in self.server.asked]

    def solved(self, action: str = "sign_in", hostname: str = "localhost") -> str:
        """A new token of the widget with that action on a page of that host."""
        token = f"0.{secrets.token_urlsafe(400)}"
        self._tokens[token] = {"action": action, "hostname": hostname}
        return token

    def forget_spent(self) -> None:
        """Take tokens again, as Cloudflare never would."""
        self._spent.clear()

    def answer(self, asked: Asked) -> Reply:
        if self.disturbance is not None:
            return self.disturbance
        if (asked.method, asked.path) != ("POST", PATH) or asked.headers["Content-Type"] != "application/json":
            return Reply(400, _document(False, "bad-request"), {"Content-Type": "application/json"})
        question = json.loads(asked.body)
        return replace(self._verdict(**question), headers={"Content-Type": "application/json"})

    def _verdict(self, secret: str = "", response: str = "", remoteip: str = "") -> Reply:
        if not secret or not response:
            return Reply(400, _document(False, "missing-input-response" if secret else "missing-input-secret"))
        if secret == DUMMY_SECRET_KEY:
            if response != DUMMY_TOKEN:
                return Reply(200, _document(False, "invalid-input-response"))
            return Reply(200, _document(True, hostname="example.com", action="test"))
        if secret != SECRET_KEY:
            return Reply(400, _document(False, "invalid-input-secret"))
        if response in self._spent:
            return Reply(200, _document(False, "timeout-or-duplicate"))
        if response not in self._tokens:
            return Reply(200, _document(False, "invalid-input-response"))
        self._spent.add(response)
        return Reply(200, _document(True, **self._tokens[response]))


def _document(success: bool, *codes: str, **more: Any) -> bytes:
    document = {"success": success, "error-codes": codes, "messages": []}
    if success:
        document |= {
            "challenge_ts": "2026-11-20T12:00:00.000Z",
            "cdata": "",
            "metadata": {"interactive": False},
            **more,
        }
    return json.dumps(document).encode()


@contextmanager
def siteverify() -> Iterator[Siteverify]:
    with upstream(lambda asked: there.answer(asked)) as server:  # noqa: PLW0108 - it is made below
        there = Siteverify(server)
        yield there
