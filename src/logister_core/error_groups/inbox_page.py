"""The inbox page as its template receives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from logister_core.error_groups.inbox_address import InboxAddress
from logister_core.error_groups.inbox_empty import EmptyInbox
from logister_core.error_groups.inbox_scope import InboxScope
from logister_core.error_groups.inbox_state import ASSIGNED, EVERYONE, FILTERS, ME, SORTS, UNASSIGNED, InboxState
from logister_core.error_groups.listed import ListedGroup
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.queries import Counts, GroupPage, InboxQuery
from logister_core.error_groups.selection import Selection
from logister_core.error_groups.story import DEFAULT_ENVIRONMENT, badge, people, title_parts
from logister_core.web.formatting import ago_text, exact, middle_cut, plural, time_text
from logister_core.web.inbox_row import InboxRow
from logister_core.web.sparkline import sparkline

MAX_TITLE = 160
# Lists that show what arrives; the others only change when somebody decides.
_FED = frozenset({"unresolved", "introduced_today", "regressed", "all"})


@dataclass(frozen=True, slots=True)
class FilterLink:
    label: str
    href: str
    current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the inbox.

    `assignees` and `sorts` are the options of their selects, (value, words). `older` is the address of the next page,
    `here` that of this one. `mistakes` are sentences about the search. `news` and `offers` are addresses for scripts,
    the former None for lists that nothing arrives in. `selection` is what can be done with several rows, None for a
    list without any.
    """

    state: InboxState
    address: InboxAddress
    filters: list[FilterLink]
    assignees: list[tuple[str, str]]
    sorts: list[tuple[str, str]]
    mistakes: Sequence[str]
    rows: list[InboxRow]
    older: str | None
    news: str | None
    empty: EmptyInbox | None
    selection: Selection | None


def select_group(groups: Sequence[ListedGroup], wanted: UUID | None, *, asked: bool) -> ListedGroup | None:
    """The group to open: the one asked for if it is on this page, the first one when nobody asked."""
    if asked:
        return next((group for group in groups if group.uuid == wanted), None)
    return groups[0] if groups else None


def following(groups: Sequence[ListedGroup], group: ErrorGroup) -> ListedGroup | None:
    """The group to open once `group` left the list: the one below, else the one above; None if it is not there."""
    at = next((index for index, other in enumerate(groups) if other.id == group.id), None)
    if at is None:
        return None
    if at + 1 < len(groups):
        return groups[at + 1]
    return groups[at - 1] if at else None


def inbox_page(
    query: InboxQuery,
    scope: InboxScope,
    address: InboxAddress,
    page: GroupPage,
    *,
    counts: Counts,
    opened: ErrorGroup | None,
    empty: EmptyInbox | None,
    now: datetime,
    selection: Selection | None,
    one_project: bool,
) -> InboxPage:
    state = address.state
    trends, href = query.trends(page.groups), address.groups()
    opened_id = None if opened is None else opened.id
    return InboxPage(
        state=state,
        address=address,
        filters=_filters(address, counts),
        assignees=_assignees(scope, counts),
        sorts=list(SORTS.items()),
        mistakes=address.search.mistakes,
        rows=[
            _row(
                group,
                href,
                project=None if one_project else scope.projects[group.project_id].name,
                trend=trends[group.id],
                selected=group.id == opened_id,
                now=now,
            )
            for group in page.groups
        ],
        older=address.page(page.next_cursor) if page.next_cursor else None,
        news=address.news(now) if state.filter in _FED and not state.cursor else None,
        empty=empty,
        selection=selection,
    )


def _filters(address: InboxAddress, counts: Counts) -> list[FilterLink]:
    current = address.state.filter
    return [
        FilterLink(label, address.listing(name), name == current, counts.lists.get(name))
        for name, label in FILTERS.items()
        # That nothing came back is the normal case.
        if name != "regressed" or counts.lists[name] or name == current
    ]


def _assignees(scope: InboxScope, counts: Counts) -> list[tuple[str, str]]:
    mine = f" ({exact(counts.mine)})" if counts.mine else ""
    owners = {project.owner_id for project in scope.projects.values()} if len(scope.projects) == 1 else set()

    return [
        (EVERYONE, "Everyone"),
        (ME, f"Assigned to me{mine}"),
        (UNASSIGNED, "Unassigned"),
        (ASSIGNED, "Assigned to anyone"),
        # The person themselves is "me" already.
        *(
            (str(person.uuid), f"{person.label} (owner)" if person.id in owners else person.label)
            for person in scope.people
            if person.id != scope.viewer.id
        ),
    ]


def _row(
    group: ListedGroup,
    href: Callable[[str], str],
    *,
    project: str | None,
    trend: list[int],
    selected: bool,
    now: datetime,
) -> InboxRow:
    kind, value = title_parts(group)
    value = middle_cut(value, MAX_TITLE)
    environment = group.stage if group.stage != DEFAULT_ENVIRONMENT else None
    places = [part for part in (group.culprit, group.latest_route, environment) if part]
    met = people(group)
    numbers = [plural(group.occurrence_count, "event"), *(() if met is None else (met[1],))]
    times = f"first {time_text(group.first_seen_at)}, last {time_text(group.last_seen_at)}"
    uuid = str(group.uuid)
    return InboxRow(
        uuid=uuid,
        href=href(uuid),
        project=project,
        type=kind,
        value=value,
        title=f"{kind}: {value}" if kind else value,
        told=", ".join([*numbers, times]),
        where=" · ".join(places) or group.stage,
        events=group.occurrence_count,
        people=met,
        spark=sparkline(trend, label="Events per day"),
        last=ago_text(group.last_seen_at, now, short=True),
        note=badge(group, now),
        owner=group.owner,
        selected=selected,
    )
