"""The inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.view import view_config

from logister_core.error_groups.inbox_page import InboxAddress, following, inbox_page, select_group
from logister_core.error_groups.inbox_state import InboxState
from logister_core.error_groups.queries import InboxQuery
from logister_core.events.detail import EventDetails
from logister_core.events.queries import EventQuery
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import VIEW

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.error_groups.models import ErrorGroup
    from logister_core.types import Request

FRAGMENT = "X-Fragment"
LIST_FRAGMENT = "project_inbox"


@view_config(route_name="inbox", request_method="GET", renderer="templates/inbox.pt", permission=VIEW)
def inbox(request: Request) -> Any:
    request.response.vary = [FRAGMENT]
    values = _inbox(request)
    return values if values["detail"] is not None else moved(request) or values


@view_config(route_name="inbox", request_method="GET", header=FRAGMENT, renderer="templates/list.pt", permission=VIEW)
@view_config(
    route_name="inbox.events", request_method="GET", header=FRAGMENT, renderer="templates/list.pt", permission=VIEW
)
def inbox_fragment(request: Request) -> Any:
    """The list alone, for scripts; a part that is not served here is refused rather than replaced by another."""
    if request.headers[FRAGMENT] != LIST_FRAGMENT:
        return Response(status=422, vary=[FRAGMENT])
    request.response.vary = [FRAGMENT]
    return _inbox(request)


@view_config(route_name="inbox.events", request_method="GET", permission=VIEW)
def old_address(request: Request) -> HTTPSeeOther:
    path = request.route_path("inbox", project=request.context.project.uuid)
    return HTTPSeeOther(location=f"{path}?{request.query_string}" if request.query_string else path)


def moved(request: Request) -> HTTPSeeOther | None:
    """To the error that the one asked for became part of."""
    wanted, project = canonical_uuid(request.GET.get("group_uuid", "")), request.context.project
    whole = None if wanted is None else request.find_service(InboxQuery).merged_into(project, wanted)
    if whole is None:
        return None
    parameters = {"filter": "all", "group_uuid": str(whole)}
    return HTTPSeeOther(location=request.route_path("inbox", project=project.uuid, _query=parameters))


def _inbox(request: Request) -> dict[str, Any]:
    project, query = request.context.project, request.find_service(InboxQuery)
    state = InboxState.from_params(request.GET)
    address = InboxAddress(request.route_path("inbox", project=project.uuid), state)
    found = query.page(project, state)
    asked = "group_uuid" in request.GET
    opened = select_group(found.groups, canonical_uuid(request.GET.get("group_uuid", "")), asked=asked)
    detail = None if opened is None else _detail(request, address, opened, following(found.groups, opened))
    counts = query.counts(project)
    page = inbox_page(
        query,
        project,
        address,
        found,
        counts=counts,
        detail=detail,
        opened=opened,
        chosen=asked,
        now=request.now,
        public_url=request.settings.product.public_url,
        setup=request.route_path("projects.setup", project=project.uuid),
        activity=f"{request.route_path('projects.home', project=project.uuid)}/activity",
    )
    return {
        "project": project,
        "section": "inbox",
        "section_counts": {"inbox": counts["unresolved"]},
        "owns": request.context.owns,
        "page": page,
        "detail": detail,
        "back": address.page(state.cursor) if state.cursor else address.listing(),
        "back_label": "All errors",
        "now": request.now,
    }


def _detail(request: Request, address: InboxAddress, group: ErrorGroup, following: ErrorGroup | None) -> Any:
    event = request.find_service(EventQuery).in_group(group, canonical_uuid(request.GET.get("event_uuid", "")))

    def href(event: UUID, **more: str) -> str:
        return address.group(group.uuid, event_uuid=str(event), **more)

    fields = list(address.state.parameters().items())
    if following is not None:
        fields.append(("next", str(following.uuid)))
    return request.find_service(EventDetails).build(
        request.context.project, event, group, params=request.GET, href=href, triage=fields
    )
