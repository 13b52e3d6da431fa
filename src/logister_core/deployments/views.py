"""The deployments of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.view import view_config

from logister_core.deployments.models import DeploymentSource
from logister_core.deployments.queries import SHOWN, DeploymentFilters, DeploymentQuery
from logister_core.ingest.endpoints import DEPLOYMENTS_PATH
from logister_core.projects.queries import ProjectQuery
from logister_core.releases.tabs import release_tabs
from logister_core.security.inputs import one_line
from logister_core.security.permissions import VIEW
from logister_core.web.curl import curl_command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logister_core.types import Request

SOURCES = [source.value for source in DeploymentSource]
FILTER_LENGTH = 255

SAMPLE = {
    "deployment": {
        "release": "1.4.2",
        "environment": "production",
        "repository": "example/shop",
        "commit_sha": "<the commit>",
    }
}


@view_config(route_name="deployments.index", request_method="GET", renderer="templates/index.pt", permission=VIEW)
def index(request: Request) -> dict[str, Any]:
    project = request.context.project
    query: DeploymentQuery = request.find_service(DeploymentQuery)
    filters = _filters(request)
    choices = query.choices(project)
    endpoint = f"{request.settings.product.public_url}{DEPLOYMENTS_PATH}"
    return {
        "project": project,
        "section": "releases",
        "tabs": release_tabs(request, "deployments"),
        "section_counts": {"inbox": request.find_service(ProjectQuery).open_groups(project)},
        "owns": request.context.owns,
        "filters": filters,
        "selects": [
            ("repository", "Repository", filters.repository, _options(choices.repositories, filters.repository)),
            ("environment", "Environment", filters.environment, _options(choices.environments, filters.environment)),
            ("source", "Source", filters.source, _options(SOURCES, "")),
        ],
        "page": query.page(project, filters),
        "shown": SHOWN,
        "address": request.route_path("deployments.index", project=project.uuid),
        "endpoint": endpoint,
        "command": curl_command(endpoint, SAMPLE),
        "now": request.now,
    }


def _filters(request: Request) -> DeploymentFilters:
    def asked(name: str) -> str:
        return one_line(request.GET.get(name))[:FILTER_LENGTH]

    source = asked("source")
    return DeploymentFilters(
        repository=asked("repository"),
        environment=asked("environment"),
        source=source if source in SOURCES else "",
        q=asked("q"),
    )


def _options(values: Iterable[str], chosen: str) -> list[tuple[str, str]]:
    """ "All" and the values; also the chosen one when there is no such value any more, so that the form tells it."""
    known = sorted({*values, chosen} - {""})
    return [("", "All"), *((value, value) for value in known)]
