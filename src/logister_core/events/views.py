"""The page of an event, the parts of it that scripts ask for, and the event as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.view import view_config

from logister_core.events.detail import EventDetails
from logister_core.events.queries import EventQuery
from logister_core.events.ticket import ticket
from logister_core.ingest.models import EventType
from logister_core.projects.queries import ProjectQuery
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import VIEW
from logister_core.web.fragments import DETAIL_FRAGMENT, FRAGMENT

if TYPE_CHECKING:
    from uuid import UUID

    from logister_core.error_groups.models import ErrorGroup
    from logister_core.ingest.models import IngestEvent
    from logister_core.types import Request

SOURCE_FRAGMENT = "stack_source"

# With one of these an event's address stands for the inbox with that event open.
_INBOX_PARAMETERS = ("group_uuid", "filter", "q", "assignee")
_CARRIED = ("filter", "q", "assignee", "sort", "cursor", "tab", "frame_scope", "frame", "occurrence_cursor")


@view_config(route_name="events.show", request_method="GET", renderer="templates/event.pt", permission=VIEW)
def show(request: Request) -> Any:
    request.response.vary = [FRAGMENT]
    event, group = _found(request)
    if group is not None and any(name in request.GET for name in _INBOX_PARAMETERS):
        carried = {name: request.GET[name] for name in _CARRIED if name in request.GET}
        target = {**carried, "group_uuid": str(group.uuid), "event_uuid": str(event.uuid)}
        return HTTPSeeOther(location=request.route_path("inbox", project=request.context.project.uuid, _query=target))
    return _page(request, event, group)


@view_config(
    route_name="events.show", request_method="GET", header=FRAGMENT, renderer="templates/detail.pt", permission=VIEW
)
def fragment(request: Request) -> Any:
    """The detail or a frame alone, for scripts; a part that is not served here is refused rather than replaced."""
    if request.headers[FRAGMENT] == SOURCE_FRAGMENT:
        return _frame(request)
    if request.headers[FRAGMENT] != DETAIL_FRAGMENT:
        return Response(status=422, vary=[FRAGMENT])
    request.response.vary = [FRAGMENT]
    return _page(request, *_found(request))


@view_config(route_name="events.markdown", request_method="GET", permission=VIEW)
def as_markdown(request: Request) -> Response:
    event, group = _found(request)
    subject = request.find_service(EventQuery).subject(request.context.project, event, group)
    return Response(
        ticket(request, subject, event, group).encode(),
        content_type="text/markdown",
        charset="utf-8",
        content_disposition=f'inline; filename="logister-event-{event.uuid}.md"',
    )


def _frame(request: Request) -> Response:
    """Source and variables of the frame that `frame` numbers, as the frame's own place on the page holds them."""
    event, group = _found(request)
    subject = request.find_service(EventQuery).subject(request.context.project, event, group)
    frame = request.find_service(EventDetails).frame(subject, event, request.GET, _href(request))
    if frame is None:
        raise HTTPNotFound
    response = render_to_response("templates/frame_source.pt", {"frame": frame}, request)
    response.vary = [FRAGMENT]
    return response


def _found(request: Request) -> tuple[IngestEvent, ErrorGroup | None]:
    query = request.find_service(EventQuery)
    uuid = canonical_uuid(request.matchdict["event"])
    event = None if uuid is None else query.find(request.context.project.id, uuid)
    if event is None:
        raise HTTPNotFound
    return event, query.group_of(event) if event.event_type == EventType.ERROR.value else None


def _href(request: Request) -> Any:
    project = request.context.project.uuid

    def href(event: UUID, **more: str) -> str:
        return request.route_path("events.show", project=project, event=event, _query=more)

    return href


def _page(request: Request, event: IngestEvent, group: ErrorGroup | None) -> dict[str, Any]:
    project = request.context.project
    is_error = event.event_type == EventType.ERROR.value
    detail = request.find_service(EventDetails).build(
        project, event, group, params=request.GET, href=_href(request), triage=[("event_uuid", str(event.uuid))]
    )
    home = request.route_path("projects.home", project=project.uuid)
    inbox = request.route_path("inbox", project=project.uuid)
    in_inbox = inbox if group is None else f"{inbox}?filter=all&group_uuid={group.uuid}"
    return {
        "project": project,
        "section": "inbox" if is_error else "events",
        "section_counts": {"inbox": request.find_service(ProjectQuery).open_groups(project)},
        "owns": request.context.owns,
        "detail": detail,
        "back": in_inbox if is_error else f"{home}/activity",
        "back_label": "Inbox" if is_error else "Events",
        "now": request.now,
    }
