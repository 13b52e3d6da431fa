"""The detail of one event and its group, as the inbox and the event's own page show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.error_groups.history.models import ChangeKind
from logister_core.error_groups.history.queries import History, HistoryQuery
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.triage_panel import TriagePanel, triage_panel
from logister_core.events.context_panel import ContextPanel, context_panel
from logister_core.events.deployment_story import deployment_story
from logister_core.events.frame_views import FrameView, FrameViewer
from logister_core.events.group_story import GroupStory, group_story
from logister_core.events.occurrence_panel import OccurrencePanel, occurrence_panel
from logister_core.events.queries import EventQuery, Neighbours
from logister_core.events.related_panel import RelatedPanel, related_panel, span_of
from logister_core.events.stack_panel import SCOPES, StackPanel, all_frames, chosen_frame, stack_panel
from logister_core.events.subject import Subject
from logister_core.events.value_filters import ValueFilters
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.projects.models import Project
from logister_core.projects.people import Person, people_of
from logister_core.redaction import redact
from logister_core.security.inputs import canonical_uuid
from logister_core.web.formatting import middle_cut

if TYPE_CHECKING:
    from logister_core.types import Request

MAX_TITLE = 300

# Key in addresses -> word on the page.
_ERROR_TABS = {
    "stacktrace": "Stack",
    "context": "Context",
    "occurrences": "Occurrences",
    "related_logs": "Related",
    "history": "History",
}
_OTHER_TABS = {"context": "Context", "related_logs": "Related"}
# Of the group rather than of the event.
_GROUP_TABS = frozenset({"occurrences", "history"})

_CLOSINGS = {
    "after_resolved": ChangeKind.RESOLVE,
    "after_ignored": ChangeKind.IGNORE,
    "after_archived": ChangeKind.ARCHIVE,
}

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
    the group. `triage` is what may be decided about it.
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
    history: History | None
    triage: TriagePanel | None

    @property
    def title(self) -> str:
        return ": ".join(part for part in (self.type, self.value) if part)

    @property
    def is_error(self) -> bool:
        return self.event_type == EventType.ERROR.value


class EventDetails:
    """`filters` gives the addresses of lists by value, for errors and for everything else, and `event_path` the address
    of an event's own page. `person` is who looks.
    """

    def __init__(
        self,
        session: Session,
        person: User | None,
        clock: Callable[[], datetime],
        *,
        filters: Callable[[Project, bool], ValueFilters],
        event_path: Callable[[Project, IngestEvent], str],
    ) -> None:
        self._session = session
        self._query = EventQuery(session)
        self._person = person
        self._clock = clock
        self._filters = filters
        self._event_path = event_path

    @classmethod
    def from_request(cls, context: object, request: Request) -> EventDetails:
        def filters(project: Project, is_error: bool) -> ValueFilters:
            home = request.route_path("projects.home", project=project.uuid)
            return ValueFilters(f"{home}/inbox", f"{home}/activity", is_error)

        def event_path(project: Project, event: IngestEvent) -> str:
            return request.route_path("events.show", project=project.uuid, event=event.uuid)

        return cls(request.db, request.user, request.registry.clock, filters=filters, event_path=event_path)

    def build(
        self,
        project: Project,
        event: IngestEvent | None,
        group: ErrorGroup | None,
        *,
        params: Mapping[str, str],
        href: EventHref,
        triage: list[tuple[str, str]],
        people: Sequence[Person] | None = None,
    ) -> Detail:
        """`event` and `group` are not both None; `params` are the address's (tab, frame_scope, frame,
        occurrence_cursor), `triage` the hidden fields of the forms, `people` those of the project where they are known.
        """
        subject = self._query.subject(project, event, group)
        names = _ERROR_TABS if subject.is_error else _OTHER_TABS
        tab = params.get("tab", "")
        if tab not in names or (tab in _GROUP_TABS and group is None):
            tab = next(iter(names))
        beside = None if event is None or group is None else self._query.neighbours(group, event)
        stored = 0 if beside is None else beside.stored
        kind, value = subject.title
        return Detail(
            type=kind,
            value=middle_cut(value, MAX_TITLE),
            where=subject.where,
            event_type=subject.event_type,
            event_uuid=None if event is None else event.uuid,
            story=None if group is None else self.story(subject, group),
            tabs=[] if event is None else _tabs(names, tab, event.uuid, stored, href),
            tab=tab,
            stepper=None if event is None or beside is None else _stepper(event, beside, tab, href),
            triage=None if group is None else self._triage(project, group, people, triage),
            **self._panels(tab, subject, stored, params=params, href=href),
        )

    def story(self, subject: Subject, group: ErrorGroup) -> GroupStory:
        now = self._clock()
        return group_story(
            group,
            frequency=self._query.frequency(group, now),
            deployment=subject.deployment,
            repositories=subject.repositories,
            now=now,
            closed_by=self._closed_by(group),
        )

    def _closed_by(self, group: ErrorGroup) -> str | None:
        """Who had closed a group that came back by itself."""
        kind = _CLOSINGS.get(group.current_regression.get("reason", "")) if group.open else None
        return None if kind is None else HistoryQuery(self._session).closed_by(group, kind)

    def stack(self, subject: Subject, event: IngestEvent, params: Mapping[str, str], href: EventHref) -> StackPanel:
        scope = params.get("frame_scope", "")
        return stack_panel(
            subject.safe,
            redact(event.message),
            subject.project.integration_kind,
            viewer=self._viewer(subject, event, href),
            links=subject.links,
            occurred_at=event.occurred_at,
            scope=scope if scope in SCOPES else SCOPES[0],
            frame=params.get("frame"),
        )

    def frame(
        self, subject: Subject, event: IngestEvent, params: Mapping[str, str], href: EventHref
    ) -> FrameView | None:
        """The one frame that the address asks for, whole; None when there is no such frame."""
        frames = all_frames(subject.safe, subject.project.integration_kind)
        number = chosen_frame(params.get("frame"), len(frames))
        if number is None:
            return None
        return self._viewer(subject, event, href).view(number, frames[number], opened=True)

    def _viewer(self, subject: Subject, event: IngestEvent, href: EventHref) -> FrameViewer:
        # A stack has dozens, and their addresses end with the number.
        address, source = href(event.uuid, frame=""), f"{self._event_path(subject.project, event)}?frame="
        return FrameViewer(
            subject.links.link, address=lambda number: f"{address}{number}", source=lambda number: f"{source}{number}"
        )

    def _panels(
        self, tab: str, subject: Subject, stored: int, *, params: Mapping[str, str], href: EventHref
    ) -> dict[str, Any]:
        panels: dict[str, Any] = {"stack": None, "scope_href": None, "context": None}
        panels |= {"occurrences": None, "related": None, "history": None}
        event, group = subject.event, subject.group
        if event is None:
            return panels
        if tab == "occurrences" and group is not None:
            after = canonical_uuid(params.get("occurrence_cursor", ""))
            panels["occurrences"] = occurrence_panel(self._query, group, event, after=after, stored=stored, href=href)
        elif tab == "history" and group is not None:
            panels["history"] = HistoryQuery(self._session).of(group, self._person)
        elif tab == "context":
            found = subject.deployment
            deployed = [] if found is None else deployment_story(found, subject.repositories).facts
            filters = self._filters(subject.project, subject.is_error)
            panels["context"] = context_panel(event, subject.safe, filters, deployed)
        elif tab == "related_logs":
            span_id = span_of(subject.context)
            panels["related"] = related_panel(self._query, event, subject.safe, span_id=span_id)
        else:
            panel = self.stack(subject, event, params, href)
            panels["stack"] = panel
            if panel.scope is not None:
                panels["scope_href"] = href(event.uuid, tab=tab, frame_scope=panel.scope)
        return panels

    def _triage(
        self, project: Project, group: ErrorGroup, people: Sequence[Person] | None, fields: list[tuple[str, str]]
    ) -> TriagePanel:
        known = people_of(self._session, [project.id]) if people is None else people
        return triage_panel(self._session, group, known, self._person, fields)


def _stepper(event: IngestEvent, beside: Neighbours, tab: str, href: EventHref) -> Stepper:
    """Stays on the tab, so that one thing can be compared from event to event."""
    return Stepper(
        event.occurred_at,
        None if beside.older is None else href(beside.older, tab=tab),
        None if beside.newer is None else href(beside.newer, tab=tab),
    )


def _tabs(names: Mapping[str, str], current: str, event: UUID, stored: int, href: EventHref) -> list[Tab]:
    return [
        Tab(f"tab-{key}", label, href(event, tab=key), key == current, stored if key == "occurrences" else None)
        for key, label in names.items()
        # An error not grouped yet has no others.
        if stored or key not in _GROUP_TABS
    ]
