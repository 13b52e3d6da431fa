"""The Events page (specification, web chapter §13.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyramid.view import view_config

from logister_core.events.activity.cursors import read_cursor, write_cursor
from logister_core.events.activity.filters import (
    ALL,
    EVENT_TYPES,
    PER_PAGE_OFFERED,
    PERIOD_LABELS,
    ActivityFilters,
)
from logister_core.events.activity.queries import ActivityEvent, ActivityQuery
from logister_core.ingest.endpoints import EVENTS_PATH
from logister_core.ingest.intake import DEFAULT_ENVIRONMENT
from logister_core.projects.first_event import guide
from logister_core.projects.kinds import kind_label
from logister_core.projects.queries import ProjectQuery
from logister_core.security.permissions import VIEW
from logister_core.web import formatting
from logister_core.web.curl import curl_command

if TYPE_CHECKING:
    from logister_core.events.activity.cursors import Position
    from logister_core.projects.models import Project
    from logister_core.types import Request

TYPE_LABELS = {
    "metric": "Metrics",
    "log": "Logs",
    "transaction": "Transactions",
    "check_in": "Check-ins",
}

SAMPLE = {"event": {"event_type": "log", "level": "info", "message": "Hello from the shell"}}


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is nothing to show, and the one next step."""

    title: str
    why: str
    label: str
    href: str
    command: str | None = None


@view_config(route_name="events.activity", request_method="GET", renderer="templates/activity.pt", permission=VIEW)
def activity(request: Request) -> dict[str, Any]:
    project = request.context.project
    filters = ActivityFilters.of(request.GET)
    query: ActivityQuery = request.find_service(ActivityQuery)
    page = query.page(
        project,
        filters,
        now=request.now,
        before=read_cursor(request.GET.get("before")),
        after=read_cursor(request.GET.get("after")),
    )
    return {
        "project": project,
        "section": "events",
        "section_counts": {"inbox": request.find_service(ProjectQuery).open_groups(project)},
        "owns": request.context.owns,
        "filters": filters,
        "types": [_type_link(request, filters, name) for name in (ALL, *EVENT_TYPES)],
        "periods": list(PERIOD_LABELS.items()),
        "sizes": [_size_link(request, filters, size) for size in PER_PAGE_OFFERED],
        "default_environment": DEFAULT_ENVIRONMENT,
        "address": _address(request),
        "reset": _address(request, ActivityFilters(per_page=filters.per_page)),
        "events": page.events,
        "summary": summary,
        "newer": _page_address(request, filters, "after", page.newer),
        "older": _page_address(request, filters, "before", page.older),
        "empty": None if page.events else _empty(request, query, project, filters),
        "now": request.now,
    }


def summary(event: ActivityEvent) -> str:
    """What is worth a grey line below the message: figures first, then only what differs from the normal case."""
    parts = [event.transaction_name if event.transaction_name != event.message else None]
    if event.event_type == "metric" and event.metric_value is not None:
        parts.append(f"{event.metric_value:g} {event.metric_unit or ''}".strip())
    if event.event_type in ("transaction", "check_in"):
        parts.append(None if event.status_code == "ok" else event.status_code)
        parts.append(None if event.duration_ms is None else formatting.duration_text(event.duration_ms))
    parts.append(None if event.environment == DEFAULT_ENVIRONMENT else event.environment)
    parts.append(event.release)
    return " · ".join(part for part in parts if part)


def _empty(request: Request, query: ActivityQuery, project: Project, filters: ActivityFilters) -> Empty:
    if filters.narrow:
        reset = _address(request, ActivityFilters(per_page=filters.per_page))
        return Empty("No events match these filters.", "Choose other values, or look at all events.", "Reset", reset)
    if query.any(project):
        return Empty(
            "No events occurred in this window.",
            "Choose a longer period or All time.",
            "All time",
            _address(request, filters.anytime()),
        )
    public_url = request.settings.product.public_url
    how = guide(project.integration_kind, public_url)
    install = f"Install the package ({how.install}), or send" if how.install else "Send"
    return Empty(
        title="No events yet",
        why=f"Logs, metrics, transactions and check-ins are listed here; errors are in the inbox. {install} one event:",
        label=f"Documentation for {kind_label(project.integration_kind)}",
        href=f"{request.settings.product.docs_url}{how.docs_path}",
        command=curl_command(f"{public_url}{EVENTS_PATH}", SAMPLE),
    )


def _type_link(request: Request, filters: ActivityFilters, name: str) -> Link:
    href = _address(request, replace(filters, event_type=name))
    return Link(TYPE_LABELS.get(name, "All"), href, filters.event_type == name)


def _size_link(request: Request, filters: ActivityFilters, size: int) -> Link:
    return Link(str(size), _address(request, replace(filters, per_page=size)), filters.per_page == size)


def _page_address(request: Request, filters: ActivityFilters, name: str, position: Position | None) -> str | None:
    return None if position is None else _address(request, filters, **{name: write_cursor(position)})


def _address(request: Request, filters: ActivityFilters | None = None, **more: str) -> str:
    query = (filters or ActivityFilters()).parameters() | more
    path: str = request.route_path("events.activity", project=request.context.project.uuid, _query=query or None)
    return path
