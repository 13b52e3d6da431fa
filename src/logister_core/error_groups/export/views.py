"""The address of an error's export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import select

from logister_core.error_groups.export.document import ErrorExport
from logister_core.error_groups.models import ErrorGroup
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import VIEW

if TYPE_CHECKING:
    from logister_core.types import Request

_TRUE = frozenset({"1", "t", "true", "on", "yes"})


@view_config(route_name="error_groups.export", request_method="GET", permission=VIEW)
def export(request: Request) -> Response:
    project, uuid = request.context.project, canonical_uuid(request.matchdict["group"])
    shown = (ErrorGroup.project_id == project.id, ErrorGroup.merged_into_id.is_(None))
    group = None if uuid is None else request.db.scalar(select(ErrorGroup).where(ErrorGroup.uuid == uuid, *shown))
    if group is None:
        raise HTTPNotFound
    path = f"/projects/{project.uuid}/inbox?filter=all&group_uuid={group.uuid}"
    address = f"{request.settings.product.public_url}{path}"
    document = ErrorExport(request.db, project, group, now=request.now, address=address)
    response = Response(document.json(with_records=_asked(request, "include_occurrences")))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    disposition = "inline" if _asked(request, "preview") else "attachment"
    response.headers["Content-Disposition"] = f'{disposition}; filename="logister-error-{group.uuid}.json"'
    return response


def _asked(request: Request, name: str) -> bool:
    return request.GET.get(name, "").strip().lower() in _TRUE
