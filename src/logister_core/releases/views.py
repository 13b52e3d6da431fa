"""The releases of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.view import view_config

from logister_core.error_groups.inbox_state import MAX_SEARCH
from logister_core.error_groups.search.parser import quoted
from logister_core.error_groups.search.terms import Key
from logister_core.events.activity.cursors import Position, read_cursor, write_cursor
from logister_core.projects.queries import ProjectQuery
from logister_core.releases.queries import Place, ReleaseQuery, ReleaseRow
from logister_core.releases.tabs import release_tabs
from logister_core.security.permissions import VIEW

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="releases.index", request_method="GET", renderer="templates/index.pt", permission=VIEW)
def index(request: Request) -> dict[str, Any]:
    """`before` and `after` are places in the list; `after` wins."""
    project = request.context.project
    after = read_cursor(request.GET.get("after"))
    before = None if after is not None else read_cursor(request.GET.get("before"))
    page = request.find_service(ReleaseQuery).page(project, before=before, after=after)
    return {
        "project": project,
        "section": "releases",
        "section_counts": {"inbox": request.find_service(ProjectQuery).open_groups(project)},
        "owns": request.context.owns,
        "tabs": release_tabs(request, "releases"),
        "page": page,
        "first_page": before is None and after is None,
        "newer": _address(request, "after", page.newer),
        "older": _address(request, "before", page.older),
        "errors_of": lambda key, release: errors_of(request, key, release),
        "rate": rate,
        "change": change,
        "now": request.now,
    }


def errors_of(request: Request, key: Key, release: str) -> str | None:
    """The inbox with the errors that the release has to do with; None for names too long for a search."""
    search = f"{key}:{quoted(release)}"
    if len(search) > MAX_SEARCH:
        return None
    path: str = request.route_path("inbox", project=request.context.project.uuid, _query={"filter": "all", "q": search})
    return path


def rate(row: ReleaseRow) -> str:
    """Errors per hour as text; a dash for what is too young to tell."""
    return "—" if row.errors_per_hour is None else _number(row.errors_per_hour)


def change(row: ReleaseRow) -> tuple[str, bool] | None:
    """How the rate compares with the release before, in words, and whether that is worse; None for no comparison."""
    rate, before = row.errors_per_hour, row.before
    if rate is None or before is None:
        return None
    if before == 0:
        return ("none before", True) if rate else None
    factor = rate / before
    if 0.8 <= factor <= 1.25:
        return "about as before", False
    if rate == 0:
        return f"{_number(before)} before", False
    if factor > 1:
        return f"{_number(factor)} × as many as before", True
    return f"{_number(1 / factor)} × fewer than before", False


def _number(value: float) -> str:
    """Two digits that matter, as in 0.25, 3.1, 47 and 1,200."""
    if value and value < 0.01:
        return "< 0.01"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _address(request: Request, name: str, place: Place | None) -> str | None:
    if place is None:
        return None
    path: str = request.route_path(
        "releases.index", project=request.context.project.uuid, _query={name: write_cursor(Position(*place))}
    )
    return path
