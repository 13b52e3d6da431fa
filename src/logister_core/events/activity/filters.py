"""What the address of the Events page asks for. Values that make no sense ask for the usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from logister_core.events.activity.search import read_search, write_text
from logister_core.ingest.models import EventType
from logister_core.security.inputs import one_line

ALL = "all"
EVENT_TYPES = tuple(kind.value for kind in (EventType.METRIC, EventType.LOG, EventType.TRANSACTION, EventType.CHECK_IN))
PERIODS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    ALL: None,
}
PERIOD_LABELS = {
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    ALL: "All time",
}
PER_PAGE_OFFERED = (25, 50, 100)
MAX_PER_PAGE = 100
TEXT_LENGTH = 255

# Levels that programs name differently.
_SAME_LEVELS = ({"warn", "warning"}, {"fatal", "critical"}, {"info", "notice"})


@dataclass(frozen=True, slots=True)
class ActivityFilters:
    event_type: str = ALL
    period: str = "24h"
    level: str = ""
    environment: str = ""
    release: str = ""
    service: str = ""
    q: str = ""
    """Text without filters."""
    per_page: int = 50

    @classmethod
    def of(cls, params: Mapping[str, str]) -> ActivityFilters:
        """Filters in the search text win over parameters of their own."""
        usual = cls()
        period, per_page = params.get("period", ""), params.get("per_page", "")
        number = int(per_page) if per_page.isascii() and per_page.isdigit() and len(per_page) <= 3 else 0
        typed, text = read_search(one_line(params.get("q"))[:TEXT_LENGTH])
        # Clients may send names of types in their own spelling, and so do people.
        event_type = typed.get("event_type", params.get("event_type", "")).lower().replace("-", "_")
        texts = {
            name: one_line(typed.get(name, params.get(name)))[:TEXT_LENGTH]
            for name in ("level", "environment", "release", "service")
        }
        return cls(
            event_type=event_type if event_type in EVENT_TYPES else usual.event_type,
            period=period if period in PERIODS else usual.period,
            q=text,
            per_page=number if 1 <= number <= MAX_PER_PAGE else usual.per_page,
            **texts,
        )

    @property
    def narrow(self) -> bool:
        """Whether events are hidden for another reason than their age."""
        return self.anytime() != ActivityFilters(period=ALL, per_page=self.per_page)

    @property
    def active(self) -> bool:
        """Whether there is anything to reset."""
        return self != ActivityFilters(per_page=self.per_page)

    @property
    def event_types(self) -> tuple[str, ...]:
        return EVENT_TYPES if self.event_type == ALL else (self.event_type,)

    @property
    def levels(self) -> frozenset[str]:
        """In lower case; empty for any."""
        level = self.level.lower()
        if not level:
            return frozenset()
        return frozenset(next((same for same in _SAME_LEVELS if level in same), {level}))

    @property
    def sifting(self) -> bool:
        """Whether events must be looked at one by one: the indexes know projects, types and times."""
        return bool(self.level or self.environment or self.release or self.service or self.q)

    @property
    def window(self) -> timedelta | None:
        """How old events may be; None for any age."""
        return PERIODS[self.period]

    @property
    def typed(self) -> str:
        """The text as it stands in the search field and in addresses."""
        return write_text(self.q)

    def having(self, name: str, value: str) -> ActivityFilters:
        changed: dict[str, Any] = {name: value}
        return replace(self, **changed)

    def anytime(self) -> ActivityFilters:
        return replace(self, period=ALL)

    def parameters(self) -> dict[str, str]:
        """The address's parameters, without those that ask for the usual."""
        usual = ActivityFilters()
        names = ("event_type", "period", "level", "environment", "release", "service", "q", "per_page")
        given = {name: str(getattr(self, name)) for name in names if getattr(self, name) != getattr(usual, name)}
        return given | ({"q": self.typed} if self.q else {})
