"""The occurrences of a group, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from logister_core.error_groups.models import ErrorGroup
from logister_core.events.impact import Impact, impact
from logister_core.events.queries import COUNTED, EventQuery, OccurrencePage
from logister_core.ingest.models import IngestEvent
from logister_core.redaction import redact
from logister_core.web.formatting import first_line, middle_cut

MAX_MESSAGE = 80


@dataclass(frozen=True, slots=True)
class OccurrenceRow:
    """`marks` says what is special about it, as "Selected · Latest in scope"; empty for most."""

    href: str
    occurred_at: datetime
    message: str
    level: str | None
    release: str | None
    environment: str
    marks: str
    selected: bool


@dataclass(frozen=True, slots=True)
class OccurrencePanel:
    """Newest first. `older` and `newest` are addresses of the next and of the first page, None where this is it.

    `stored_text` says how many can be looked at; `removed`: the group has counted more, before retention. `impact` is
    told on the first page.
    """

    rows: list[OccurrenceRow]
    impact: Impact | None
    stored_text: str
    removed: bool
    older: str | None
    newest: str | None


def occurrence_panel(
    query: EventQuery,
    group: ErrorGroup,
    event: IngestEvent,
    *,
    after: UUID | None,
    stored: int,
    href: Callable[..., str],
) -> OccurrencePanel:
    page = query.occurrences(group, after)
    rows = [
        OccurrenceRow(
            href=href(row.uuid),
            occurred_at=row.occurred_at,
            message=middle_cut(first_line(redact(row.message)), MAX_MESSAGE),
            level=row.level,
            release=row.release,
            environment=row.environment,
            marks=_marks(page, number, selected=row.event_id == event.id),
            selected=row.event_id == event.id,
        )
        for number, row in enumerate(page.rows)
    ]
    older = None
    if not page.is_last:
        older = href(event.uuid, tab="occurrences", occurrence_cursor=str(page.rows[-1].uuid))
    newest = None if page.is_first else href(event.uuid, tab="occurrences")
    plus = "+" if stored == COUNTED else ""
    return OccurrencePanel(
        rows=rows,
        impact=impact(query.recent(group)) if page.is_first else None,
        stored_text=f"{stored:,}{plus} {'occurrence' if stored == 1 else 'occurrences'}",
        removed=stored < COUNTED and group.occurrence_count > stored,
        older=older,
        newest=newest,
    )


def _marks(page: OccurrencePage, number: int, *, selected: bool) -> str:
    marks = [
        ("Selected", selected),
        ("Latest in scope", page.is_first and number == 0),
        ("First in scope", page.is_last and number == len(page.rows) - 1),
    ]
    return " · ".join(mark for mark, applies in marks if applies)
