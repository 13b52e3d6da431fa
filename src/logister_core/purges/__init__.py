"""Deleting a project for good: asked for once, done in the background in portions, seen by those who asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.projects.resources import ProjectContext
    from logister_core.purges import runner
    from logister_core.purges.actors import purge_projects
    from logister_core.purges.resources import PurgeContext
    from logister_core.purges.services import PurgeService

    config.register_service_factory(PurgeService.from_request, PurgeService)
    config.add_audit_actions(
        {
            "project.deleted": "Deletion of a project requested",
            "project.deletion_retried": "Deletion of a project continued",
            runner.COMPLETED: "Project deleted for good",
        }
    )
    config.add_recurring_job("project_purges", purge_projects, every=timedelta(minutes=1))
    config.add_route("purges.delete", "/projects/{project}/delete", factory=ProjectContext)
    config.add_route("purges.show", "/project_purges/{purge}", factory=PurgeContext)
    config.add_route("purges.retry", "/project_purges/{purge}/retry", factory=PurgeContext)
    config.scan()
