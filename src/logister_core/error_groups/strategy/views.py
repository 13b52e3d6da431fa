"""The page on which managers choose how a project groups its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from logister_core.error_groups.strategy.preview import MOST_EVENTS, preview
from logister_core.projects.models import GroupingStrategy
from logister_core.projects.queries import ProjectQuery
from logister_core.security.permissions import MANAGE

if TYPE_CHECKING:
    from logister_core.types import Request

# Strategy -> its name and what it goes by, in the order of the page.
WORDS = {
    GroupingStrategy.STACK: (
        "Exception type and stack",
        "The application's own frames, without line numbers and messages. Without a stack: the message, as below.",
    ),
    GroupingStrategy.MESSAGE: (
        "Exception type and message",
        "The first line of the message, with numbers, ids and quoted values left out.",
    ),
    GroupingStrategy.MESSAGE_EXACT: (
        "First line of the message, exactly",
        "Every number and every id makes another error.",
    ),
}


@view_config(
    route_name="grouping",
    request_method="GET",
    renderer="logister_core.error_groups:templates/grouping.pt",
    permission=MANAGE,
)
def show(request: Request) -> dict[str, Any]:
    project, wanted = request.context.project, _strategy(request.GET.get("strategy", ""))
    current = GroupingStrategy(project.grouping_strategy)
    return {
        "project": project,
        "section": "settings",
        "section_counts": {"inbox": request.find_service(ProjectQuery).open_groups(project)},
        "owns": request.context.owns,
        "options": [(strategy.value, label, note) for strategy, (label, note) in WORDS.items()],
        "current": WORDS[current][0],
        "chosen": (wanted or current).value,
        "chosen_label": WORDS[wanted or current][0],
        "changes": wanted is not None and wanted is not current,
        "preview": None if wanted is None else preview(request.db, project, wanted.value),
        "most_events": MOST_EVENTS,
    }


@view_config(route_name="grouping", request_method="POST", permission=MANAGE)
def switch(request: Request) -> HTTPSeeOther:
    project, wanted = request.context.project, _strategy(request.POST.get("strategy", ""))
    if wanted is None:
        request.flash("alert", "Choose one of the ways to group errors.")
    else:
        project.grouping_strategy, project.updated_at = wanted.value, request.now
        request.flash(
            "notice", f"Errors to come are grouped by: {WORDS[wanted][0].lower()}. Those of now stay as they are."
        )
    return HTTPSeeOther(location=request.route_path("grouping", project=project.uuid))


def _strategy(stated: str) -> GroupingStrategy | None:
    return GroupingStrategy(stated) if stated in list(GroupingStrategy) else None
