"""What plugins put into pages: markup at the end of the head, beside the links at the foot, and at the end of the body.

A layout says what kind of page it is when it asks for the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from logister_core.security.content_policy import PageKind

if TYPE_CHECKING:
    from logister_core.types import Configurator

Slot = Literal["head", "foot", "end"]
Part = Callable[[Any], Markup]


class PageParts:
    """By slot, in the order of declaration."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Part, frozenset[PageKind]]]] = defaultdict(list)

    def add(self, slot: Slot, part: Part, pages: Collection[PageKind]) -> None:
        self._parts[slot].append((part, frozenset(pages)))

    def __call__(self, request: Any, slot: Slot, kind: str | None = None) -> Markup:
        """Of this page; with `kind` it is one of that kind from now on."""
        if kind is not None:
            request.page_kinds.add(PageKind(kind))
        return Markup("").join(part(request) for part, pages in self._parts[slot] if pages & request.page_kinds)


def add_page_part(config: Configurator, slot: Slot, part: Part, pages: Collection[PageKind]) -> None:
    """Directive: `part`, called with the request, writes markup into the `slot` of `pages`."""
    config.registry.page_parts.add(slot, part, pages)
