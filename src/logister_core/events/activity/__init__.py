"""The Events page of a project: everything that is no error, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.events.activity.queries import ActivityQuery
    from logister_core.projects.resources import ProjectContext

    config.register_service_factory(ActivityQuery.from_request, ActivityQuery)
    config.add_route("events.activity", "/projects/{project}/activity", factory=ProjectContext)
    config.add_route("events.activity_event", "/projects/{project}/activity/{event}", factory=ProjectContext)
    config.scan()
