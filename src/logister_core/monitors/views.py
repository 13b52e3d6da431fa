"""The monitors of a project, and switching their alerts off and on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.ingest.endpoints import CHECK_INS_PATH
from logister_core.monitors.queries import MonitorQuery, MonitorRow
from logister_core.monitors.services import MonitorService
from logister_core.monitors.state import MonitorState
from logister_core.projects.queries import ProjectQuery
from logister_core.security.permissions import MANAGE, VIEW
from logister_core.web.curl import curl_command
from logister_core.web.formatting import plural

if TYPE_CHECKING:
    from logister_core.monitors.queries import MonitorPage
    from logister_core.types import Request

# The word for each state, and the kind of the component that shows it.
WORDS = {
    MonitorState.OK: ("OK", "ok"),
    MonitorState.MISSED: ("Missed", "failing"),
    MonitorState.ERROR: ("Error", "failing"),
    MonitorState.PAUSED: ("Paused", "paused"),
}

SAMPLE = {"check_in": {"slug": "nightly-import", "expected_interval_seconds": 86_400}}


@view_config(route_name="monitors.index", request_method="GET", renderer="templates/index.pt", permission=VIEW)
def index(request: Request) -> dict[str, Any]:
    project = request.context.project
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    page = request.find_service(MonitorQuery).page(project, number=number, now=request.now)
    endpoint = f"{request.settings.product.public_url}{CHECK_INS_PATH}"
    return {
        "project": project,
        "section": "monitors",
        "section_counts": {"inbox": request.find_service(ProjectQuery).open_groups(project)},
        "owns": request.context.owns,
        "manages": request.context.manages,
        "page": page,
        "previous": _address(request, page.number - 1) if page.number > 1 else None,
        "next": None if page.is_last else _address(request, page.number + 1),
        "summary": _summary(page),
        "words": WORDS,
        "strip": strip,
        "endpoint": endpoint,
        "command": curl_command(endpoint, SAMPLE),
        "now": request.now,
    }


@view_config(route_name="monitors.change", request_method=("POST", "PATCH"), permission=MANAGE)
def change(request: Request) -> HTTPSeeOther:
    """`check_in_monitor[monitoring_state]` is "paused" or "active"."""
    service: MonitorService = request.find_service(MonitorService)
    monitor = request.context.monitor
    wanted = request.POST.get("check_in_monitor[monitoring_state]")
    if wanted == "paused":
        service.pause(monitor)
        request.flash(
            "notice",
            f"Monitoring paused for {monitor.slug}. Check-ins remain available, but alerts are off.",
        )
    elif wanted == "active":
        service.resume(monitor)
        request.flash("notice", f"Monitoring resumed for {monitor.slug}.")
    else:
        request.flash("alert", "Choose a valid monitor state.")
    return HTTPSeeOther(location=_address(request))


def strip(row: MonitorRow) -> tuple[list[tuple[str, str]], str]:
    """The row's latest runs as the component wants them, and in words."""
    runs = [("failing", "failed") if failed else ("ok", "ok") for failed in row.failures]
    failed = sum(row.failures)
    return runs, f"Last {plural(len(runs), 'check-in')}: {len(runs) - failed} ok, {failed} failed"


def _summary(page: MonitorPage) -> str:
    if not page.total:
        return "Cron and uptime monitors: jobs that report in on time, and those that did not."
    what = "monitor" if page.total == 1 else "monitors"
    if not page.unhealthy:
        return f"Cron and uptime monitors: {page.total} {what}, all as expected."
    return f"Cron and uptime monitors: {page.unhealthy} of {page.total} {what} failed or did not report in time."


def _address(request: Request, number: int = 1) -> str:
    query = {"page": number} if number > 1 else None
    path: str = request.route_path("monitors.index", project=request.context.project.uuid, _query=query)
    return path
