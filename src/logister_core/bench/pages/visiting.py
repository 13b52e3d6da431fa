"""Asking the application for pages, in this process and without a network: what is measured is the server's work."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Engine, event
from webob import Request

_LINK = re.compile(r"<a\b[^>]*>")
_HREF = re.compile(r'href="([^"]*)"')


@dataclass(frozen=True)
class Figure:
    words: str
    milliseconds: list[float]
    statements: list[int]
    """Of each request."""

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return sorted(self.milliseconds)[max(round(len(self.milliseconds) * 0.95) - 1, 0)]


class Visitor:
    """Somebody signed in with the cookie `cookie`."""

    def __init__(self, router: Any, engine: Engine, cookie: str) -> None:
        self._router = router
        self._engine = engine
        self._cookie = cookie

    def open(self, address: str, **headers: str) -> Any:
        """The answer, whatever its status."""
        request = Request.blank(address, headers={"Cookie": self._cookie, "Accept": "text/html", **headers})
        answer = request.get_response(self._router)
        answer.body  # noqa: B018 - read to the end
        return answer

    def page(self, address: str, number: int) -> str:
        """The address of the page that `number` - 1 steps to the next one lead to, or of the last there is."""
        for _ in range(number - 1):
            links = [link for link in _LINK.findall(self.open(address).text) if 'rel="next"' in link]
            found = _HREF.search(links[0]) if links else None
            if found is None:
                break
            address = found[1].replace("&amp;", "&")
        return address

    def measure(self, pages: Mapping[str, Sequence[str]], repeats: int) -> list[Figure]:
        """Pages in turn, so that a bad moment of the machine does not hit one of them alone.

        Of each the addresses are asked for once to warm up, then one by one. Raises when a page is not there.
        """
        for address in chain.from_iterable(pages.values()):
            answer = self.open(address)
            if answer.status_int != 200:
                raise RuntimeError(f"{address} answered {answer.status}")
        figures = [Figure(words, [], []) for words in pages]
        for number in range(repeats):
            for figure in figures:
                addresses = pages[figure.words]
                with _counted(self._engine) as counted:
                    began = time.perf_counter()
                    self.open(addresses[number % len(addresses)])
                    figure.milliseconds.append((time.perf_counter() - began) * 1000)
                figure.statements.append(len(counted))
        return figures


@contextmanager
def _counted(engine: Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)
