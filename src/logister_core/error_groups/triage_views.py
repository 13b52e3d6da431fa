"""The buttons that decide about one error, and the one that takes a decision back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.view import view_config

from logister_core.error_groups.answers import answered
from logister_core.error_groups.decisions import ASSIGN, Done, decide
from logister_core.error_groups.history.undo import UndoService
from logister_core.error_groups.inbox_parts import project_of, reached
from logister_core.error_groups.merging.service import Merging
from logister_core.error_groups.services import TriageService
from logister_core.error_groups.way_back import page_before
from logister_core.error_groups.words import named
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import SIGNED_IN, VIEW

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.error_groups.models import ErrorGroup
    from logister_core.types import Request


@view_config(route_name="error_groups.triage", request_method=("POST", "PATCH"), permission=VIEW)
@answered()
def triage(request: Request) -> None:
    """Viewers may do this too: who sees an error can say what becomes of it."""
    tell(request, decide(request, request.matchdict["action"], [locked_group(request)], request.POST))


@view_config(route_name="error_groups.assignment", request_method=("POST", "PATCH"), permission=VIEW)
@answered()
def assign(request: Request) -> UUID:
    return _assign(request, request.POST.get("assigned_user_id", ""))


@view_config(route_name="error_groups.assignment", request_method="DELETE", permission=VIEW)
@view_config(route_name="error_groups.assignment.delete", request_method="POST", permission=VIEW)
@answered()
def unassign(request: Request) -> UUID:
    return _assign(request, "")


def _assign(request: Request, person: str) -> UUID:
    group = locked_group(request)
    tell(request, decide(request, ASSIGN, [group], {"assigned_user_id": person}))
    uuid: UUID = group.uuid
    return uuid


@view_config(route_name="error_groups.undo", request_method="POST", permission=VIEW)
@view_config(route_name="inbox.all.undo", request_method="POST", permission=SIGNED_IN)
@answered(page_before)
def undo(request: Request) -> UUID | None:
    uuid, done = canonical_uuid(request.matchdict["change"]), None
    if uuid is not None:
        done = request.find_service(UndoService).undo(reached(request), uuid, request.user)
    if done is None:
        raise HTTPNotFound
    if done.groups:
        request.flash("notice", f"Undone: {named(done.groups)} {'is' if len(done.groups) == 1 else 'are'} as before.")
    if done.changed_since:
        since = named(done.changed_since)
        request.flash("alert", f"Not undone: {since} changed since.")
    if not done.groups and not done.changed_since:
        request.flash("notice", "That was undone already.")
    return done.groups[0].uuid if len(done.groups) == 1 else None


@view_config(route_name="error_groups.unmerge", request_method="POST", permission=VIEW)
@answered()
def unmerge(request: Request) -> UUID:
    merging, uuid = request.find_service(Merging), canonical_uuid(request.matchdict["group"])
    found: Sequence[ErrorGroup] = [] if uuid is None else merging.locked(request.context.project.id, [uuid])
    whole = merging.take_out(found[0]) if found else None
    if whole is None:
        raise HTTPNotFound
    tell(request, Done([found[0]], f"{named(found)} is an error of its own again."))
    taken_from: UUID = whole.uuid
    return taken_from


def tell(request: Request, done: Done) -> None:
    """Say what was done, with the button that takes it back."""
    path = None
    if done.changed:
        address: dict[str, Any] = {"change": request.find_service(TriageService).action.uuid}
        project = project_of(request)
        if project is None:
            path = request.route_path("inbox.all.undo", **address)
        else:
            path = request.route_path("error_groups.undo", project=project.uuid, **address)
    request.flash("notice", done.sentence, path)


def locked_group(request: Request) -> ErrorGroup:
    """The group that the address names, which nobody else changes before commit; 404 when the project has none such."""
    uuid = canonical_uuid(request.matchdict["group"])
    group = None
    if uuid is not None:
        group = request.find_service(TriageService).locked(request.context.project, uuid)
    if group is None:
        raise HTTPNotFound
    return group
