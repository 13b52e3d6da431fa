"""The releases of a project: when each was seen, and what it broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.projects.resources import ProjectContext
    from logister_core.releases.projection import SeenReleases
    from logister_core.releases.queries import ReleaseQuery

    config.add_projection(SeenReleases())
    config.register_service_factory(ReleaseQuery.from_request, ReleaseQuery)
    config.add_route("releases.index", "/projects/{project}/releases", factory=ProjectContext)
    config.scan()
