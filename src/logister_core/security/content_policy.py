"""The content security policy of pages: strict, and wider only where a plugin's parts stand (specification, accounts
chapter §15).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from logister_core.types import Configurator


class PageKind(StrEnum):
    """What a page is; an account page with a form that strangers send is of two kinds."""

    PUBLIC = "public"
    ACCOUNT = "account"
    ACCOUNT_FORM = "account_form"
    APPLICATION = "application"


NOTHING: Final = "'none'"
BASE: Final[Mapping[str, tuple[str, ...]]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "frame-src": (NOTHING,),
    "object-src": (NOTHING,),
    "base-uri": (NOTHING,),
    "form-action": ("'self'",),
    "frame-ancestors": (NOTHING,),
}
# The rest is for nobody to widen; whatever these leave out is as in default-src.
OPEN: Final = frozenset({"connect-src", "frame-src", "img-src", "script-src", "style-src"})

# An origin, with the path of a file where that is all that is needed.
_SOURCE = re.compile(r"'unsafe-inline'|(https?|wss?)://(\*\.)?[A-Za-z0-9.\[\]:_-]+(/[A-Za-z0-9._~!$&()*+=:@%/-]*)?")


class ContentPolicy:
    """What the header says, by the kinds that a page is of. Complete before the first request."""

    def __init__(self) -> None:
        self._added: list[tuple[str, str, frozenset[PageKind]]] = []
        self._headers: dict[frozenset[PageKind], str] = {}

    def add(self, directive: str, source: str, pages: Collection[PageKind]) -> None:
        """Raises ValueError for a directive that stays as it is, and for what is no origin."""
        if directive not in OPEN:
            raise ValueError(f"{directive} is not one of {', '.join(sorted(OPEN))}")
        if not _SOURCE.fullmatch(source) or (directive, source) == ("script-src", "'unsafe-inline'"):
            raise ValueError(f"{source!r} is no source for {directive}")
        self._added.append((directive, source, frozenset(pages)))
        self._headers.clear()

    def header(self, kinds: Collection[PageKind] = ()) -> str:
        key = frozenset(kinds)
        if key not in self._headers:
            self._headers[key] = self._written(key)
        return self._headers[key]

    def _written(self, kinds: frozenset[PageKind]) -> str:
        policy = dict(BASE)
        for directive, source, pages in self._added:
            if pages & kinds:
                present = policy.get(directive, BASE["default-src"])
                policy[directive] = tuple(dict.fromkeys([*(word for word in present if word != NOTHING), source]))
        return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())


def add_content_source(config: Configurator, directive: str, source: str, pages: Collection[PageKind]) -> None:
    """Directive: let `pages` load from `source` what the policy's `directive` is about."""
    config.registry.content_policy.add(directive, source, pages)
