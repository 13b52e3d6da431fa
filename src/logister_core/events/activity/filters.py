"""What the address of the Events page asks for. Values that make no sense ask for the usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

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


@dataclass(frozen=True, slots=True)
class ActivityFilters:
    event_type: str = ALL
    period: str = "24h"
    environment: str = ""
    release: str = ""
    q: str = ""
    per_page: int = 50

    @classmethod
    def of(cls, params: Mapping[str, str]) -> ActivityFilters:
        usual = cls()
        event_type, period, per_page = (params.get(name, "") for name in ("event_type", "period", "per_page"))
        number = int(per_page) if per_page.isascii() and per_page.isdigit() and len(per_page) <= 3 else 0
        return cls(
            event_type=event_type if event_type in EVENT_TYPES else usual.event_type,
            period=period if period in PERIODS else usual.period,
            environment=one_line(params.get("environment"))[:TEXT_LENGTH],
            release=one_line(params.get("release"))[:TEXT_LENGTH],
            q=one_line(params.get("q"))[:TEXT_LENGTH],
            per_page=number if 1 <= number <= MAX_PER_PAGE else usual.per_page,
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
    def window(self) -> timedelta | None:
        """How old events may be; None for any age."""
        return PERIODS[self.period]

    def anytime(self) -> ActivityFilters:
        return replace(self, period=ALL)

    def parameters(self) -> dict[str, str]:
        """The address's parameters, without those that ask for the usual."""
        usual = ActivityFilters()
        return {
            name: str(getattr(self, name))
            for name in ("event_type", "period", "environment", "release", "q", "per_page")
            if getattr(self, name) != getattr(usual, name)
        }
