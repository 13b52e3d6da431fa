"""What a form asks to be done with errors, and the sentence that tells it was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound

from logister_core.error_groups.assignment import assignable_of
from logister_core.error_groups.services import TriageService
from logister_core.error_groups.snooze import condition_of, words
from logister_core.error_groups.transitions import ACTIONS, Resolution
from logister_core.error_groups.words import named
from logister_core.security.inputs import canonical_uuid

if TYPE_CHECKING:
    from logister_core.error_groups.models import ErrorGroup
    from logister_core.types import Request

ASSIGN = "assign"

_DONE = {
    "ignore": "Ignored {}. The next occurrence reopens {}.",
    "archive": "Archived {}. The next occurrence reopens {}.",
    "reopen": "Reopened {}.",
}
_RESOLVED = {
    Resolution.NOW: "Resolved {}. The next occurrence reopens {}.",
    Resolution.NEXT_RELEASE: "Resolved {} in the next release. An occurrence in another release reopens {}.",
    Resolution.FOR_GOOD: "Resolved {} for good. Nothing but you reopens {}.",
}


@dataclass(frozen=True, slots=True)
class Done:
    """`changed` are the groups to which it made a difference."""

    changed: list[ErrorGroup]
    sentence: str


def decide(request: Request, action: str, groups: Sequence[ErrorGroup], fields: Mapping[str, str]) -> Done:
    """Do with locked groups what the form's `fields` say.

    Raises `HTTPNotFound` for an action that there is not, and for a person who belongs to no project of the groups;
    `Refused` for fields that say nothing usable.
    """
    service: TriageService = request.find_service(TriageService)
    if action == ASSIGN:
        return _assigned(request, service, groups, fields.get("assigned_user_id", ""))
    if action not in ACTIONS:
        raise HTTPNotFound
    name, each = named(groups), "it" if len(groups) == 1 else "each of them"
    if action == "resolve":
        resolution = _resolution(fields)
        return Done(service.apply(action, groups, resolution=resolution), _RESOLVED[resolution].format(name, each))
    if action == "snooze":
        condition = condition_of(fields, request.now)
        return Done(service.apply(action, groups, condition=condition), f"Snoozed {name} {words(condition)}.")
    return Done(service.apply(action, groups), _DONE[action].format(name, each))


def _resolution(fields: Mapping[str, Any]) -> Resolution:
    try:
        return Resolution(fields.get("resolution") or Resolution.NOW)
    except ValueError:
        raise HTTPNotFound from None


def _assigned(request: Request, service: TriageService, groups: Sequence[ErrorGroup], wanted: str) -> Done:
    if not wanted.strip():
        return Done(service.assign(groups, None), f"Nobody is assigned to {named(groups)} any more.")
    uuid = canonical_uuid(wanted.strip())
    person = None if uuid is None else assignable_of(request.db, {group.project_id for group in groups}, uuid)
    if person is None:
        raise HTTPNotFound
    whom = "you" if request.user is not None and person.id == request.user.id else person.display_name
    return Done(service.assign(groups, person), f"Assigned {named(groups)} to {whom}.")
