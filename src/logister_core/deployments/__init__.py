"""Deployments: told by those who deploy, and by the telemetry of what they deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.deployments.projections import TelemetryDeployments
    from logister_core.deployments.queries import DeploymentQuery
    from logister_core.deployments.services import DeploymentService
    from logister_core.ingest.endpoints import DEPLOYMENTS_PATH
    from logister_core.projects.resources import ProjectContext

    config.add_projection(TelemetryDeployments())
    config.register_service_factory(DeploymentService.from_request, DeploymentService)
    config.register_service_factory(DeploymentQuery.from_request, DeploymentQuery)
    config.add_write_endpoint("deployments.record", DEPLOYMENTS_PATH)
    config.add_route("deployments.index", "/projects/{project}/deployments", factory=ProjectContext)
    config.scan()
