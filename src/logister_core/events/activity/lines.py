"""How one event reads as a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from logister_core.events.activity.addresses import Addresses
from logister_core.events.activity.cursors import write_cursor
from logister_core.events.activity.queries import ActivityEvent
from logister_core.ingest.intake import DEFAULT_ENVIRONMENT
from logister_core.redaction import redact
from logister_core.web import formatting

if TYPE_CHECKING:
    from logister_core.types import Request

MAX_MESSAGE = 300
_LEVEL_KINDS = {
    "error": "error",
    "fatal": "error",
    "critical": "error",
    "warn": "warning",
    "warning": "warning",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`level_kind` is error or warning where the level calls for attention; `more` are figures and what differs from
    the normal case; `body` is the address of what it holds when opened, `page` that of the event, `cursor` its place.
    """

    id: str
    event_type: str
    occurred_at: datetime
    level: str
    level_kind: str | None
    message: str
    more: str
    service: str
    release: str
    body: str
    page: str
    cursor: str


def lines(request: Request, events: Iterable[ActivityEvent], addresses: Addresses) -> list[Line]:
    home = request.route_path("projects.home", project=request.context.project.uuid)
    return [
        Line(
            id=str(event.uuid),
            event_type=event.event_type,
            occurred_at=event.occurred_at,
            level=formatting.middle_cut(event.level, 20),
            level_kind=_LEVEL_KINDS.get((event.level or "").lower()),
            message=formatting.middle_cut(formatting.first_line(redact(event.message)), MAX_MESSAGE),
            more=summary(event),
            service=event.service or "",
            release=event.release or "",
            body=addresses.body(event.uuid),
            page=f"{home}/events/{event.uuid}",
            cursor=write_cursor(event.position),
        )
        for event in events
    ]


def summary(event: ActivityEvent) -> str:
    """What is worth a grey remark behind the message: figures first, then only what differs from the normal case."""
    parts = [event.transaction_name if event.transaction_name != event.message else None]
    if event.event_type == "metric" and event.metric_value is not None:
        parts.append(f"{event.metric_value:g} {event.metric_unit or ''}".strip())
    if event.event_type in ("transaction", "check_in"):
        parts.append(None if event.status_code == "ok" else event.status_code)
        parts.append(None if event.duration_ms is None else formatting.duration_text(event.duration_ms))
    parts.append(None if event.environment == DEFAULT_ENVIRONMENT else event.environment)
    return " · ".join(formatting.middle_cut(part, 120) for part in parts if part)
