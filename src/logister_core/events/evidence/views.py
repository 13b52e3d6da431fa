"""`POST …/original_evidence`: what a client really sent, for those who manage the project and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config

from logister_core.errors import Refused
from logister_core.events.evidence.services import EvidenceService
from logister_core.events.queries import EventQuery
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import MANAGE

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="events.evidence", request_method="POST", permission=MANAGE)
def original_evidence(request: Request) -> Response:
    project, uuid = request.context.project, canonical_uuid(request.matchdict["event"])
    event = None if uuid is None else request.find_service(EventQuery).find(project.id, uuid)
    if event is None:
        raise HTTPNotFound
    assert request.user is not None  # noqa: S101 - the permission says so
    try:
        document = request.find_service(EvidenceService).hand_out(
            project,
            event,
            request.user,
            reason=request.POST.get("reason", ""),
            address=request.client_ip,
            user_agent=request.user_agent or "",
        )
    except Refused as refusal:
        return _json(422, {"errors": list(refusal.problems.values())})
    response = _json(200, document)
    response.headers["Content-Disposition"] = f'attachment; filename="logister-evidence-{event.uuid}.json"'
    response.headers["Pragma"] = "no-cache"
    return response


def _json(status: int, document: object) -> Response:
    response = Response(orjson.dumps(document), status=status, content_type="application/json", charset="utf-8")
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
