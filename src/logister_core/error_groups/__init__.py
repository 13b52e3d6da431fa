"""Error groups: grouping, the inbox and triage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.error_groups.projection import ErrorGrouping
    from logister_core.error_groups.queries import InboxQuery
    from logister_core.error_groups.services import TriageService
    from logister_core.error_groups.transitions import ACTIONS
    from logister_core.projects.resources import ProjectContext

    config.add_projection(ErrorGrouping())
    config.register_service_factory(InboxQuery.from_request, InboxQuery)
    config.register_service_factory(TriageService.from_request, TriageService)
    config.add_route("inbox", "/projects/{project}/inbox", factory=ProjectContext)
    # An old address of the inbox.
    config.add_route("inbox.events", "/projects/{project}/events", factory=ProjectContext)
    config.add_route(
        "error_groups.triage",
        f"/projects/{{project}}/error_groups/{{group}}/{{action:{'|'.join(ACTIONS)}}}",
        factory=ProjectContext,
    )
    config.scan("logister_core.error_groups.views")
