"""Repositories that hold a project's source: frames link to them at the deployed commit. Nothing is ever fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.projects.resources import ProjectContext
    from logister_core.source_repositories.queries import SourceRepositoryQuery
    from logister_core.source_repositories.resources import SourceRepositoryContext
    from logister_core.source_repositories.services import SourceRepositoryService

    config.register_service_factory(SourceRepositoryService.from_request, SourceRepositoryService)
    config.register_service_factory(SourceRepositoryQuery.from_request, SourceRepositoryQuery)
    base = "/projects/{project}/source_repositories"
    config.add_route("source_repositories.index", base, factory=ProjectContext)
    config.add_route("source_repositories.show", f"{base}/{{repository}}", factory=SourceRepositoryContext)
    config.add_route("source_repositories.remove", f"{base}/{{repository}}/remove", factory=SourceRepositoryContext)
    config.scan()
