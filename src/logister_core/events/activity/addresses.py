"""Addresses of the Events page: what its links, chips and pages lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from logister_core.events.activity.cursors import write_cursor
from logister_core.events.activity.filters import ALL, EVENT_TYPES, PER_PAGE_OFFERED, ActivityFilters
from logister_core.events.activity.search import write_filter

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.events.activity.cursors import Position
    from logister_core.types import Request

TYPE_LABELS = {
    "metric": "Metrics",
    "log": "Logs",
    "transaction": "Transactions",
    "check_in": "Check-ins",
}
_CHIPS = ("level", "environment", "release", "service")


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    href: str
    current: bool = False


class Addresses:
    """Of one project and the filters that are set; all of them keep those filters unless they say otherwise."""

    def __init__(self, request: Request, filters: ActivityFilters) -> None:
        self._request = request
        self._filters = filters

    @property
    def plain(self) -> str:
        return self._to(ActivityFilters())

    @property
    def reset(self) -> str:
        return self._to(ActivityFilters(per_page=self._filters.per_page))

    @property
    def anytime(self) -> str:
        return self._to(self._filters.anytime())

    def page(self, direction: str, position: Position | None) -> str | None:
        """`direction` is before or after."""
        return None if position is None else self._to(self._filters, **{direction: write_cursor(position)})

    @property
    def here(self) -> str:
        return self._to(self._filters)

    def body(self, event: UUID) -> str:
        """Of what a line holds when it is opened."""
        return self._path("events.activity_event", query=self._filters.parameters(), event=event)

    def types(self) -> list[Link]:
        return [
            Link(
                TYPE_LABELS.get(name, "All"),
                self._to(replace(self._filters, event_type=name)),
                self._filters.event_type == name,
            )
            for name in (ALL, *EVENT_TYPES)
        ]

    def sizes(self) -> list[Link]:
        return [
            Link(str(size), self._to(replace(self._filters, per_page=size)), self._filters.per_page == size)
            for size in PER_PAGE_OFFERED
        ]

    def chips(self) -> list[Link]:
        """The filters that are set, each with the address without it."""
        chips = [
            Link(write_filter(name, getattr(self._filters, name)), self._to(self._filters.having(name, "")))
            for name in _CHIPS
            if getattr(self._filters, name)
        ]
        if self._filters.q:
            chips.append(Link(f"“{self._filters.q}”", self._to(replace(self._filters, q=""))))
        return chips

    def more_like(self, values: dict[str, str | None]) -> Iterator[Link]:
        """Filters for the values of an event, those not set yet."""
        for name, value in values.items():
            if value and value != getattr(self._filters, name):
                yield Link(write_filter(name, value), self._to(self._filters.having(name, value)))

    def _to(self, filters: ActivityFilters, **more: str) -> str:
        return self._path("events.activity", query=filters.parameters() | more)

    def _path(self, route: str, *, query: dict[str, str] | None = None, **elements: object) -> str:
        values = {"project": self._request.context.project.uuid, **elements}
        path: str = self._request.route_path(route, _query=query or None, **values)
        return path
