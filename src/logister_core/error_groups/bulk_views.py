"""Deciding about many errors at once: one transaction, and one action to take back."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound
from pyramid.view import view_config
from sqlalchemy import select

from logister_core.error_groups.answers import answered
from logister_core.error_groups.decisions import Done, decide
from logister_core.error_groups.inbox_parts import reached
from logister_core.error_groups.merging.service import Merging
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.services import TriageService
from logister_core.error_groups.triage_views import tell
from logister_core.error_groups.words import named
from logister_core.errors import Refused
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import SIGNED_IN, VIEW

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.types import Request

# Groups that one action may change, in one transaction.
MOST_GROUPS = 500
MERGE = "merge"


@view_config(route_name="error_groups.bulk", request_method="POST", permission=VIEW)
@answered()
def bulk(request: Request) -> UUID | None:
    """Groups that are not the project's are passed over."""
    return _together(request, {request.context.project.id}, _selected(request))


@view_config(route_name="inbox.all.bulk", request_method="POST", permission=SIGNED_IN)
@answered()
def bulk_of_all(request: Request) -> UUID | None:
    """One group that the person may not decide about, and nothing is done with the others either."""
    uuids = _selected(request)
    found = request.db.execute(
        select(ErrorGroup.uuid, ErrorGroup.project_id).where(
            ErrorGroup.uuid.in_(uuids), ErrorGroup.project_id.in_(reached(request))
        )
    ).all()
    if len(found) < len(uuids):
        raise HTTPNotFound
    return _together(request, {row.project_id for row in found}, uuids)


def _selected(request: Request) -> set[UUID]:
    uuids = {uuid for stated in request.POST.getall("group_uuid") if (uuid := canonical_uuid(stated)) is not None}
    if len(uuids) > MOST_GROUPS:
        raise Refused({"": f"at most {MOST_GROUPS} errors can be changed at once."})
    if not uuids:
        raise Refused({"": "select one or more errors first."})
    return uuids


def _together(request: Request, project_ids: Collection[int], uuids: Collection[UUID]) -> UUID | None:
    action = request.POST.get("action", "")
    if action == MERGE:
        return _merge(request, project_ids, uuids)
    groups = request.find_service(TriageService).locked_of(project_ids, uuids)
    if not groups:
        raise HTTPNotFound
    tell(request, decide(request, action, groups, request.POST))
    return None


def _merge(request: Request, project_ids: Collection[int], uuids: Collection[UUID]) -> UUID:
    """The group that the others became part of."""
    if len(project_ids) > 1:
        raise Refused({"": "errors of different projects cannot be merged."})
    [project_id] = project_ids
    merging = request.find_service(Merging)
    groups = [group for group in merging.locked(project_id, uuids) if group.merged_into_id is None]
    if not groups:
        raise HTTPNotFound
    if len(groups) == 1:
        raise Refused({"": "select two or more errors to merge."})
    target = merging.merge(groups)
    tell(request, Done([target], f"Merged {len(groups)} errors into {named([target])}."))
    uuid: UUID = target.uuid
    return uuid
