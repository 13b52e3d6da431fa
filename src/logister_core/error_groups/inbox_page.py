"""The inbox page as its template receives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from logister_core.error_groups.inbox_state import FILTERS, InboxState
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.queries import GroupPage, InboxQuery, Received
from logister_core.error_groups.story import DEFAULT_ENVIRONMENT, badge, title_parts
from logister_core.events.detail import Detail
from logister_core.projects.first_event import guide
from logister_core.projects.models import IntegrationKind, Project

_NOTHING = {
    "unresolved": "No open errors",
    "introduced_today": "No new errors today",
    "resolved": "Nothing is resolved",
    "ignored": "Nothing is ignored",
    "archived": "Nothing is archived",
    "all": "No errors",
}
_WHY = {
    "unresolved": "New faults appear here by themselves, one line for each.",
    "introduced_today": "Faults seen for the first time since midnight UTC appear here.",
    "resolved": "Errors you mark as resolved move here; the next occurrence reopens them.",
    "ignored": "Errors you ignore wait here; the next occurrence reopens them.",
    "archived": "Errors you archive are kept here; the next occurrence reopens them.",
    "all": "New faults appear here by themselves, one line for each.",
}
# What waits for somebody is counted; how much was done already is not news.
_COUNTED = frozenset({"unresolved", "introduced_today"})


@dataclass(frozen=True, slots=True)
class InboxAddress:
    """Addresses of the inbox at `path` that keep what `state` says."""

    path: str
    state: InboxState

    def listing(self, filter: str | None = None) -> str:
        return self._with(self.state.first_page(filter).parameters())

    def page(self, cursor: str) -> str:
        return self._with(self.state.first_page().parameters() | {"cursor": cursor})

    def group(self, uuid: UUID, **more: str) -> str:
        return self._with(self.state.parameters() | {"group_uuid": str(uuid)} | more)

    def without_search(self) -> str:
        return self._with({"filter": self.state.filter})

    def _with(self, parameters: dict[str, str]) -> str:
        return f"{self.path}?{urlencode(parameters)}"


@dataclass(frozen=True, slots=True)
class FilterLink:
    label: str
    href: str
    current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """What the macro `inbox_row` reads; `trend` has one number per day, `people` and `owner` are not counted yet."""

    uuid: UUID
    href: str
    type: str | None
    value: str
    where: str
    events: int
    trend: list[int]
    first_seen: datetime
    last_seen: datetime
    note: tuple[str, str] | None
    selected: bool
    people: None = None
    owner: None = None


@dataclass(frozen=True, slots=True)
class EmptyInbox:
    """Why there are no rows, and the one next step; `command` is something to paste into a shell."""

    title: str
    why: str
    label: str | None = None
    href: str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the inbox.

    `detail` is the open group's, None when none is open; `chosen` tells a group somebody asked for from the first one,
    opened where there is room beside the list. `older` is the address of the next page. `hidden` are the parameters
    the search form carries along.
    """

    state: InboxState
    address: InboxAddress
    filters: list[FilterLink]
    hidden: list[tuple[str, str]]
    rows: list[InboxRow]
    older: str | None
    empty: EmptyInbox | None
    detail: Detail | None
    chosen: bool


def select_group(groups: Sequence[ErrorGroup], wanted: UUID | None, *, asked: bool) -> ErrorGroup | None:
    """The group to open: the one asked for if it is on this page, the first one when nobody asked."""
    if asked:
        return next((group for group in groups if group.uuid == wanted), None)
    return groups[0] if groups else None


def following(groups: Sequence[ErrorGroup], group: ErrorGroup) -> ErrorGroup | None:
    """The group to open once `group` left the list: the one below, else the one above."""
    at = next(index for index, other in enumerate(groups) if other.id == group.id)
    if at + 1 < len(groups):
        return groups[at + 1]
    return groups[at - 1] if at else None


def inbox_page(
    query: InboxQuery,
    project: Project,
    address: InboxAddress,
    page: GroupPage,
    *,
    counts: dict[str, int],
    detail: Detail | None,
    opened: ErrorGroup | None,
    chosen: bool,
    now: datetime,
    public_url: str,
    setup: str,
    activity: str,
) -> InboxPage:
    """`counts` by filter; `setup` and `activity` are addresses of this project's other pages."""
    state = address.state
    trends, routes = query.trends(page.groups), query.routes(page.groups)
    rows = [
        _row(group, address, trends[group.id], routes.get(group.id), selected=group is opened, now=now)
        for group in page.groups
    ]
    empty = None
    if not rows:
        received = query.received(project)
        empty = _empty(address, received, counts, public_url=public_url, setup=setup, activity=activity)
    return InboxPage(
        state=state,
        address=address,
        filters=[
            FilterLink(label, address.listing(name), name == state.filter, counts[name] if name in _COUNTED else None)
            for name, label in FILTERS.items()
        ],
        hidden=[("filter", state.filter)],
        rows=rows,
        older=address.page(page.next_cursor) if page.next_cursor else None,
        empty=empty,
        detail=detail,
        chosen=chosen,
    )


def _row(
    group: ErrorGroup, address: InboxAddress, trend: list[int], route: str | None, *, selected: bool, now: datetime
) -> InboxRow:
    kind, value = title_parts(group)
    environment = group.stage if group.stage != DEFAULT_ENVIRONMENT else None
    places = [part for part in (group.culprit, route, environment) if part]
    return InboxRow(
        uuid=group.uuid,
        href=address.group(group.uuid),
        type=kind,
        value=value,
        where=" · ".join(places) or group.stage,
        events=group.occurrence_count,
        trend=trend,
        first_seen=group.first_seen_at,
        last_seen=group.last_seen_at,
        note=badge(group, now),
        selected=selected,
    )


def _empty(
    address: InboxAddress, received: Received, counts: dict[str, Any], *, public_url: str, setup: str, activity: str
) -> EmptyInbox:
    state = address.state
    if state.q:
        return EmptyInbox(
            "No match",
            f"No error in “{FILTERS[state.filter]}” has “{state.q}” in its title, type, place, environment or key.",
            "Clear search",
            address.without_search(),
        )
    if counts["all"]:
        # The list is empty, the project is not: the other lists are one click away in the bar.
        return EmptyInbox(_NOTHING[state.filter], _WHY[state.filter])
    if received.errors:
        return EmptyInbox(
            "Errors have arrived and are being grouped",
            "This takes a few seconds while the worker is running. If they do not appear, look at the worker's log.",
            "Look again",
            address.listing(),
        )
    if received.others:
        return EmptyInbox(
            _NOTHING[state.filter],
            "This project sends no errors so far. Its logs, metrics, transactions and check-ins are under Events.",
            "Go to Events",
            activity,
        )
    return EmptyInbox(
        "Nothing has arrived yet",
        "Errors of this project will be listed here, one line for each fault. Create an API key, then send the first:",
        "Set up this project",
        setup,
        guide(IntegrationKind.HTTP_API, public_url).code,
    )
