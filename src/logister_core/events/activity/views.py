"""The Events page (specification, web chapter §13.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.response import Response
from pyramid.view import view_config

from logister_core.events.activity.addresses import Addresses
from logister_core.events.activity.cursors import Position, read_cursor, write_cursor
from logister_core.events.activity.empty import Empty, never_any, no_match, none_in_window, none_so_far
from logister_core.events.activity.filters import EVENT_TYPES, PERIOD_LABELS, ActivityFilters
from logister_core.events.activity.lines import lines
from logister_core.events.activity.queries import ActivityPage, ActivityQuery
from logister_core.events.context_panel import context_panel
from logister_core.events.queries import EventQuery
from logister_core.events.safety import safe_context
from logister_core.events.value_filters import ValueFilters
from logister_core.ingest.body import context_of
from logister_core.ingest.intake import DEFAULT_ENVIRONMENT
from logister_core.projects.queries import ProjectQuery
from logister_core.security.inputs import canonical_uuid
from logister_core.security.permissions import VIEW
from logister_core.web.fragments import FRAGMENT

if TYPE_CHECKING:
    from logister_core.ingest.models import IngestEvent
    from logister_core.types import Request

ROWS_FRAGMENT = "activity_rows"
EVENT_FRAGMENT = "activity_event"


@view_config(route_name="events.activity", request_method="GET", renderer="templates/activity.pt", permission=VIEW)
def activity(request: Request) -> dict[str, Any]:
    request.response.vary = [FRAGMENT]
    project = request.context.project
    filters = ActivityFilters.of(request.GET)
    addresses = Addresses(request, filters)
    query: ActivityQuery = request.find_service(ActivityQuery)
    before, after = (read_cursor(request.GET.get(name)) for name in ("before", "after"))
    page = query.page(project, filters, now=request.now, before=before, after=after)
    return {
        "project": project,
        "section": "events",
        "section_counts": {"inbox": request.find_service(ProjectQuery).open_groups(project)},
        "owns": request.context.owns,
        "filters": filters,
        "links": addresses,
        "periods": list(PERIOD_LABELS.items()),
        "default_environment": DEFAULT_ENVIRONMENT,
        "lines": lines(request, page.events, addresses),
        "newer": addresses.page("after", page.newer),
        "older": addresses.page("before", page.older),
        "searched_to": page.searched_to,
        "searched_up": page.searched_up,
        "follow": _follow(request, page) if before is None and page.newer is None else None,
        "empty": None if page.events else _empty(request, query, filters, addresses, page),
    }


@view_config(
    route_name="events.activity", request_method="GET", header=FRAGMENT, renderer="templates/rows.pt", permission=VIEW
)
def rows(request: Request) -> Any:
    """The lines that somebody may not have seen who has seen those up to `after`, for scripts."""
    if request.headers[FRAGMENT] != ROWS_FRAGMENT:
        return Response(status=422, vary=[FRAGMENT])
    request.response.vary = [FRAGMENT]
    filters = ActivityFilters.of(request.GET)
    seen = read_cursor(request.GET.get("after")) or Position(request.now, 0)
    found = request.find_service(ActivityQuery).latest(request.context.project, filters, seen=seen)
    return {"lines": lines(request, found, Addresses(request, filters)), "filters": filters}


@view_config(route_name="events.activity_event", request_method="GET", permission=VIEW)
def event_page(request: Request) -> HTTPSeeOther:
    """The event has a page of its own; only scripts ask for the inside of a line."""
    event = _event(request)
    target = request.route_path("events.show", project=request.context.project.uuid, event=event.uuid)
    return HTTPSeeOther(location=target, headers={"Vary": FRAGMENT})


@view_config(
    route_name="events.activity_event",
    request_method="GET",
    header=FRAGMENT,
    renderer="templates/event_body.pt",
    permission=VIEW,
)
def event_body(request: Request) -> Any:
    if request.headers[FRAGMENT] != EVENT_FRAGMENT:
        return Response(status=422, vary=[FRAGMENT])
    request.response.vary = [FRAGMENT]
    event = _event(request)
    context = context_of(event.body, request.db)
    home = request.route_path("projects.home", project=request.context.project.uuid)
    values = {name: getattr(event, name) for name in ("level", "environment", "release", "service")}
    return {
        "panel": context_panel(
            event, safe_context(context), ValueFilters(f"{home}/inbox", f"{home}/activity", is_error=False)
        ),
        "more_like": list(Addresses(request, ActivityFilters.of(request.GET)).more_like(values)),
        "page": request.route_path("events.show", project=request.context.project.uuid, event=event.uuid),
    }


def _event(request: Request) -> IngestEvent:
    """404 for errors too: those are in the inbox."""
    uuid = canonical_uuid(request.matchdict["event"])
    event: IngestEvent | None = (
        None if uuid is None else request.find_service(EventQuery).find(request.context.project.id, uuid)
    )
    if event is None or event.event_type not in EVENT_TYPES:
        raise HTTPNotFound
    return event


def _follow(request: Request, page: ActivityPage) -> str:
    """Where a tail begins: at the newest line, or now."""
    return write_cursor(page.events[0].position if page.events else Position(request.now, 0))


def _empty(
    request: Request, query: ActivityQuery, filters: ActivityFilters, addresses: Addresses, page: ActivityPage
) -> Empty:
    if page.searched_up:
        return none_so_far(addresses.page("after", page.newer) or "", "Search newer events")
    if page.searched_to is not None:
        return none_so_far(addresses.page("before", page.older) or "", "Search older events")
    if filters.narrow:
        return no_match(addresses.reset)
    project = request.context.project
    if query.any(project):
        return none_in_window(addresses.anytime)
    return never_any(project.integration_kind, request.settings.product)
