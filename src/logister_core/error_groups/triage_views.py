"""The buttons that decide about one error or about many, and the one that takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.view import view_config

from logister_core.error_groups.decisions import ASSIGN, Done, decide
from logister_core.error_groups.history.undo import UndoService
from logister_core.error_groups.merging.service import Merging
from logister_core.error_groups.services import TriageService
from logister_core.error_groups.way_back import page_before, way_back
from logister_core.error_groups.words import named
from logister_core.errors import Refused
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import VIEW

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.error_groups.models import ErrorGroup
    from logister_core.types import Request

# Groups that one action may change, in one transaction.
MOST_GROUPS = 500
MERGE = "merge"


@view_config(route_name="error_groups.triage", request_method=("POST", "PATCH"), permission=VIEW)
def triage(request: Request) -> HTTPSeeOther:
    """Viewers may do this too: who sees an error can say what becomes of it."""
    group = locked_group(request)
    _decide(request, request.matchdict["action"], [group])
    return HTTPSeeOther(location=way_back(request))


@view_config(route_name="error_groups.assignment", request_method=("POST", "PATCH"), permission=VIEW)
def assign(request: Request) -> HTTPSeeOther:
    return _assign(request, request.POST.get("assigned_user_id", ""))


@view_config(route_name="error_groups.assignment", request_method="DELETE", permission=VIEW)
@view_config(route_name="error_groups.assignment.delete", request_method="POST", permission=VIEW)
def unassign(request: Request) -> HTTPSeeOther:
    return _assign(request, "")


def _assign(request: Request, person: str) -> HTTPSeeOther:
    group = locked_group(request)
    tell(request, decide(request, ASSIGN, [group], {"assigned_user_id": person}))
    return HTTPSeeOther(location=way_back(request, group.uuid))


@view_config(route_name="error_groups.bulk", request_method="POST", permission=VIEW)
def bulk(request: Request) -> HTTPSeeOther:
    """One transaction, and one action to take back. Groups that are not the project's are passed over."""
    uuids = {uuid for stated in request.POST.getall("group_uuid") if (uuid := canonical_uuid(stated)) is not None}
    if len(uuids) > MOST_GROUPS:
        request.flash("alert", f"Nothing was changed: at most {MOST_GROUPS} errors can be changed at once.")
    elif not uuids:
        request.flash("alert", "Nothing was changed: select one or more errors first.")
    else:
        action = request.POST.get("action", "")
        if action == MERGE:
            return HTTPSeeOther(location=way_back(request, _merge(request, uuids)))
        groups = request.find_service(TriageService).locked_of(request.context.project, uuids)
        if not groups:
            raise HTTPNotFound
        _decide(request, action, groups)
    return HTTPSeeOther(location=way_back(request))


@view_config(route_name="error_groups.undo", request_method="POST", permission=VIEW)
def undo(request: Request) -> HTTPSeeOther:
    uuid = canonical_uuid(request.matchdict["change"])
    done = None
    if uuid is not None:
        done = request.find_service(UndoService).undo(request.context.project, uuid, request.user)
    if done is None:
        raise HTTPNotFound
    if done.groups:
        request.flash("notice", f"Undone: {named(done.groups)} {'is' if len(done.groups) == 1 else 'are'} as before.")
    if done.changed_since:
        since = named(done.changed_since)
        request.flash("alert", f"Not undone: {since} changed since.")
    if not done.groups and not done.changed_since:
        request.flash("notice", "That was undone already.")
    opened: UUID | None = done.groups[0].uuid if len(done.groups) == 1 else None
    return HTTPSeeOther(location=page_before(request, opened))


@view_config(route_name="error_groups.unmerge", request_method="POST", permission=VIEW)
def unmerge(request: Request) -> HTTPSeeOther:
    merging, uuid = request.find_service(Merging), canonical_uuid(request.matchdict["group"])
    found = [] if uuid is None else merging.locked(request.context.project, [uuid])
    whole = merging.take_out(found[0]) if found else None
    if whole is None:
        raise HTTPNotFound
    tell(request, Done([found[0]], f"{named(found)} is an error of its own again."))
    return HTTPSeeOther(location=way_back(request, whole.uuid))


def _merge(request: Request, uuids: set[UUID]) -> UUID | None:
    """The group that the others became part of, None when there were not two."""
    merging = request.find_service(Merging)
    groups = [group for group in merging.locked(request.context.project, uuids) if group.merged_into_id is None]
    if not groups:
        raise HTTPNotFound
    if len(groups) == 1:
        request.flash("alert", "Nothing was changed: select two or more errors to merge.")
        return None
    target = merging.merge(groups)
    tell(request, Done([target], f"Merged {len(groups)} errors into {named([target])}."))
    return target.uuid


def _decide(request: Request, action: str, groups: Sequence[ErrorGroup]) -> None:
    try:
        tell(request, decide(request, action, groups, request.POST))
    except Refused as refusal:
        request.flash("alert", f"Nothing was changed: {' '.join(refusal.problems.values())}")


def tell(request: Request, done: Done) -> None:
    """Say what was done, with the button that takes it back."""
    path = None
    if done.changed:
        action = request.find_service(TriageService).action.uuid
        path = request.route_path("error_groups.undo", project=request.context.project.uuid, change=action)
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
