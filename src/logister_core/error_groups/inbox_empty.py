"""Why the inbox has no rows, and the one next step."""

from __future__ import annotations

from dataclasses import dataclass

from logister_core.error_groups.inbox_address import InboxAddress
from logister_core.error_groups.inbox_state import ASSIGNED, EVERYONE, FILTERS, ME, UNASSIGNED
from logister_core.error_groups.queries import Received
from logister_core.projects.first_event import guide
from logister_core.projects.models import IntegrationKind

_NOTHING = {
    "unresolved": "No open errors",
    "introduced_today": "No new errors today",
    "regressed": "Nothing has come back",
    "resolved": "Nothing is resolved",
    "ignored": "Nothing is ignored",
    "archived": "Nothing is archived",
    "all": "No errors",
}
_WHY = {
    "unresolved": "New faults appear here by themselves, one line for each.",
    "introduced_today": "Faults seen for the first time since midnight UTC appear here.",
    "regressed": "Errors that happen again after they were closed appear here.",
    "resolved": "Errors you mark as resolved move here; the next occurrence reopens them.",
    "ignored": "Errors you ignore wait here; the next occurrence reopens them.",
    "archived": "Errors you archive are kept here; the next occurrence reopens them.",
    "all": "New faults appear here by themselves, one line for each.",
}
_ASSIGNED = {ME: "assigned to you", UNASSIGNED: "without somebody assigned", ASSIGNED: "assigned to anybody"}


@dataclass(frozen=True, slots=True)
class EmptyInbox:
    """`command` is something to paste into a shell."""

    title: str
    why: str
    label: str | None = None
    href: str | None = None
    command: str | None = None


def narrowed(address: InboxAddress) -> EmptyInbox | None:
    """The words when a search or an assignee hides what there is; None when neither does."""
    state = address.state
    if state.q:
        known = address.search.terms[0].raw if len(address.search.terms) == 1 else ""
        text = known or state.q
        return EmptyInbox(
            "No match",
            f"No error in “{FILTERS[state.filter]}” matches “{text}”. Words are looked for in title, type, place, "
            "environment and key.",
            "Clear search",
            address.without_search(),
        )
    if state.assignee != EVERYONE:
        who = _ASSIGNED.get(state.assignee, "assigned to this person")
        return EmptyInbox(
            _NOTHING[state.filter],
            f"No error in “{FILTERS[state.filter]}” is {who}.",
            "Show everyone's",
            address.of_everyone(),
        )
    return None


def of_project(
    address: InboxAddress,
    received: Received,
    *,
    any_groups: bool,
    archived: bool,
    public_url: str,
    setup: str,
    activity: str,
) -> EmptyInbox:
    """`setup` and `activity` are addresses of the project's other pages."""
    state = address.state
    if any_groups:
        # The list is empty, the project is not: the other lists are one click away in the bar.
        return EmptyInbox(_NOTHING[state.filter], _WHY[state.filter])
    if archived and not received.errors:
        return EmptyInbox(_NOTHING[state.filter], "This project was archived without any, and takes nothing in.")
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


def of_projects(address: InboxAddress, number: int, *, any_groups: bool, new_project: str) -> EmptyInbox:
    """For the list over `number` active projects."""
    if not number:
        return EmptyInbox(
            "No projects yet",
            "The errors of all your active projects are listed here. Create one for each program that sends some.",
            "Create project",
            new_project,
        )
    state = address.state
    if any_groups:
        return EmptyInbox(_NOTHING[state.filter], _WHY[state.filter])
    return EmptyInbox(
        _NOTHING[state.filter], "None of your active projects has sent an error. Their errors will be listed here."
    )
