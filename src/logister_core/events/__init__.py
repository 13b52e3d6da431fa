"""Looking at single events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.events.detail import EventDetails
    from logister_core.events.queries import EventQuery
    from logister_core.projects.resources import ProjectContext

    config.register_service_factory(EventQuery.from_request, EventQuery)
    config.register_service_factory(EventDetails.from_request, EventDetails)
    config.add_route("events.show", "/projects/{project}/events/{event}", factory=ProjectContext)
    config.add_route("events.markdown", "/projects/{project}/events/{event}/markdown", factory=ProjectContext)
    config.include("logister_core.events.activity")
    config.include("logister_core.events.evidence")
    config.scan("logister_core.events.views")
