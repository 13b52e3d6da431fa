"""The detail of one event and its group, as the inbox and the event's own page show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.request_details import request_details
from logister_core.error_groups.story import grouped_by, news, title_parts
from logister_core.events.context_panel import ContextPanel, context_panel
from logister_core.events.occurrence_panel import OccurrencePanel, occurrence_panel
from logister_core.events.queries import EventQuery, Neighbours, People
from logister_core.events.related_panel import RelatedPanel, related_panel
from logister_core.events.safety import safe_context
from logister_core.events.stack_panel import SCOPES, StackPanel, stack_panel
from logister_core.events.summary import markdown
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.projects.models import Project
from logister_core.redaction import redact
from logister_core.security.inputs import canonical_uuid
from logister_core.web.formatting import first_line, middle_cut

if TYPE_CHECKING:
    from logister_core.types import Request

TREND_DAYS = 30
MAX_TITLE = 300

# Key in addresses -> word on the page.
_ERROR_TABS = {"stacktrace": "Stack", "context": "Context", "occurrences": "Occurrences", "related_logs": "Related"}
_OTHER_TABS = {"context": "Context", "related_logs": "Related"}

# (event, further parameters) -> address of a page with that event in the detail.
EventHref = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Tab:
    id: str
    label: str
    href: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class GroupStory:
    """The numbers and news of a group, for the lines below its title.

    `events` is the lifetime counter, `people` None when no event names a user, `trend` the last 30 days.
    `grouped_by` is what decided, `grouping` the facts behind it.
    """

    uuid: UUID
    open: bool
    events: int
    people: People | None
    first_seen: datetime
    first_release: str | None
    last_seen: datetime
    last_release: str | None
    trend: list[int]
    news: tuple[str, str] | None
    grouped_by: str
    grouping: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Stepper:
    """The way to the occurrences before and after; None at the ends."""

    occurred_at: datetime
    older: str | None
    newer: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything the detail shows; of the panels only the one of `tab` is filled.

    `type` is the exception's class, or None; `event_type` the kind of event. `story` is None for events that are no
    errors and for errors not grouped yet; `event_uuid` and the panels are None when retention removed all events of
    the group. `triage` are the hidden fields of the forms that change its status.
    """

    type: str | None
    value: str
    where: str
    event_type: str
    event_uuid: UUID | None
    story: GroupStory | None
    tabs: list[Tab]
    tab: str
    stepper: Stepper | None
    stack: StackPanel | None
    scope_href: str | None
    context: ContextPanel | None
    occurrences: OccurrencePanel | None
    related: RelatedPanel | None
    triage: list[tuple[str, str]]
    markdown: str

    @property
    def title(self) -> str:
        return ": ".join(part for part in (self.type, self.value) if part)

    @property
    def is_error(self) -> bool:
        return self.event_type == EventType.ERROR.value


class EventDetails:
    def __init__(self, query: EventQuery, clock: Callable[[], datetime], public_url: str) -> None:
        self._query = query
        self._clock = clock
        self._public_url = public_url

    @classmethod
    def from_request(cls, context: object, request: Request) -> EventDetails:
        return cls(EventQuery(request.db), request.registry.clock, request.settings.product.public_url)

    def build(
        self,
        project: Project,
        event: IngestEvent | None,
        group: ErrorGroup | None,
        *,
        params: Mapping[str, str],
        href: EventHref,
        triage: list[tuple[str, str]],
    ) -> Detail:
        """`event` and `group` are not both None; `params` are the address's (tab, frame_scope, frame,
        occurrence_cursor), `triage` the hidden fields of the forms.
        """
        context = {} if event is None else safe_context(self._query.context(event))
        event_type = EventType.ERROR.value if event is None else event.event_type
        kind, value = _title(event, group)
        where = _where(event, group, context)
        story = None if group is None else self._story(group)
        names = _ERROR_TABS if event_type == EventType.ERROR.value else _OTHER_TABS
        tab = params.get("tab", "")
        if tab not in names or (tab == "occurrences" and group is None):
            tab = next(iter(names))
        stored = 0 if group is None else self._query.occurrence_count(group)
        panels: dict[str, Any] = {"stack": None, "scope_href": None, "context": None}
        panels |= {"occurrences": None, "related": None}
        if event is not None and group is not None and tab == "occurrences":
            after = canonical_uuid(params.get("occurrence_cursor", ""))
            panels["occurrences"] = occurrence_panel(self._query, group, event, after=after, stored=stored, href=href)
        elif event is not None:
            panels |= self._panel(tab, project, event, context, params=params, href=href)
        return Detail(
            type=kind,
            value=middle_cut(value, MAX_TITLE),
            where=where,
            event_type=event_type,
            event_uuid=None if event is None else event.uuid,
            story=story,
            tabs=[] if event is None else _tabs(names, tab, event.uuid, stored, href),
            tab=tab,
            stepper=None if event is None or group is None else self._stepper(event, group, tab, href),
            triage=triage,
            markdown=markdown(kind, value, where, group, None if event is None else self._link(project, event)),
            **panels,
        )

    def _story(self, group: ErrorGroup) -> GroupStory:
        now = self._clock()
        people = self._query.people(group)
        decided, facts = grouped_by(group)
        return GroupStory(
            uuid=group.uuid,
            open=group.open,
            events=group.occurrence_count,
            people=people if people.number else None,
            first_seen=group.first_seen_at,
            first_release=group.introduced_in_release,
            last_seen=group.last_seen_at,
            last_release=group.last_seen_release,
            trend=self._query.trend(group, now=now, days=TREND_DAYS),
            news=news(group, now),
            grouped_by=decided,
            grouping=facts,
        )

    def _panel(
        self,
        tab: str,
        project: Project,
        event: IngestEvent,
        context: dict[str, Any],
        *,
        params: Mapping[str, str],
        href: EventHref,
    ) -> dict[str, Any]:
        if tab == "context":
            return {"context": context_panel(event, context)}
        if tab == "related_logs":
            return {"related": related_panel(self._query, event, context)}
        scope = params.get("frame_scope", "")
        panel = stack_panel(
            context,
            redact(event.message),
            project.integration_kind,
            scope=scope if scope in SCOPES else SCOPES[0],
            frame=params.get("frame"),
        )
        other = None if panel.scope is None else href(event.uuid, tab=tab, frame_scope=panel.scope)
        return {"stack": panel, "scope_href": other}

    def _stepper(self, event: IngestEvent, group: ErrorGroup, tab: str, href: EventHref) -> Stepper:
        """Stays on the tab, so that one thing can be compared from event to event."""
        beside: Neighbours = self._query.neighbours(group, event)
        return Stepper(
            event.occurred_at,
            None if beside.older is None else href(beside.older, tab=tab),
            None if beside.newer is None else href(beside.newer, tab=tab),
        )

    def _link(self, project: Project, event: IngestEvent) -> str:
        return f"{self._public_url}/projects/{project.uuid}/events/{event.uuid}"


def _tabs(names: Mapping[str, str], current: str, event: UUID, stored: int, href: EventHref) -> list[Tab]:
    return [
        Tab(f"tab-{key}", label, href(event, tab=key), key == current, stored if key == "occurrences" else None)
        for key, label in names.items()
        # An error not grouped yet has no others.
        if stored or key != "occurrences"
    ]


def _title(event: IngestEvent | None, group: ErrorGroup | None) -> tuple[str | None, str]:
    if group is not None:
        return title_parts(group)
    assert event is not None  # noqa: S101 - one of both is given
    return event.exception_class, first_line(redact(event.message)) or event.event_type.replace("_", "-")


def _where(event: IngestEvent | None, group: ErrorGroup | None, context: dict[str, Any]) -> str:
    """Culprit, request or task, environment: what is known of the place, most telling first."""
    if event is None:
        assert group is not None  # noqa: S101 - one of both is given
        return " · ".join(part for part in (group.culprit, group.stage) if part)
    details = request_details(context)
    path = details.route or (details.path or details.url or "").partition("?")[0]
    request = " ".join(part for part in (details.http_method, path) if part) if path else None
    name = event.transaction_name
    if request is None or (name and path in name):
        request = name
    parts = (event.culprit, request, event.service if group is None else None, event.environment)
    return " · ".join(middle_cut(part, 160) for part in parts if part)
