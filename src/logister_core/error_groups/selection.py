"""What can be done at once with all the errors that somebody has marked in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logister_core.error_groups.inbox_state import InboxState

if TYPE_CHECKING:
    from logister_core.error_groups.inbox_scope import InboxScope
    from logister_core.projects.models import Project
    from logister_core.types import Request

_CLOSED = frozenset({"resolved", "ignored", "archived"})
# Action -> its word, and the key that presses it.
_CLOSING = (("resolve", "Resolve", "e"), ("ignore", "Ignore", "i"), ("archive", "Archive", None))
_OPENING = (("reopen", "Reopen", None),)
_MERGING = (("merge", "Merge", "m"),)


@dataclass(frozen=True, slots=True)
class Selection:
    """The form below a list with rows: its address, its hidden fields, the buttons that this list has a use for, and
    the people whom errors can be given to, as options of a select.
    """

    action: str
    fields: list[tuple[str, str]]
    buttons: list[tuple[str, str, str | None]]
    assignees: list[tuple[str, str]]

    @classmethod
    def of(cls, request: Request, scope: InboxScope, state: InboxState, project: Project | None) -> Selection:
        if project is None:
            action = request.route_path("inbox.all.bulk")
        else:
            action = request.route_path("error_groups.bulk", project=project.uuid)
        return cls(action, fields_of(state, project), _buttons(state.filter), _assignees(scope))


def fields_of(state: InboxState, project: Project | None) -> list[tuple[str, str]]:
    """The hidden fields with which a form leads back to the list."""
    fields = list(state.parameters().items())
    if project is None:
        fields.append(("inbox", "all"))
    return fields


def _buttons(filter: str) -> list[tuple[str, str, str | None]]:
    if filter in _CLOSED:
        return [*_OPENING, *_MERGING]
    return [*_CLOSING, *(_OPENING if filter == "all" else ()), *_MERGING]


def _assignees(scope: InboxScope) -> list[tuple[str, str]]:
    viewer = scope.viewer
    others = [(str(person.uuid), person.label) for person in scope.people if person.id != viewer.id]
    return [(str(viewer.uuid), "Me"), *others, ("", "Nobody")]
