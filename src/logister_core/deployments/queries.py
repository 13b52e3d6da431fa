"""What the deployments' page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from logister_core.deployments.links import Link, deployment_links, web_address
from logister_core.deployments.models import ProjectDeployment
from logister_core.projects.models import Project
from logister_core.source_repositories.models import SourceRepository
from logister_core.source_repositories.queries import SourceRepositoryQuery

if TYPE_CHECKING:
    from logister_core.types import Request

SHOWN = 100
SHORT_COMMIT = 7


@dataclass(frozen=True, slots=True)
class DeploymentFilters:
    """What is asked for; empty text asks for nothing."""

    repository: str = ""
    environment: str = ""
    source: str = ""
    q: str = ""

    @property
    def active(self) -> bool:
        return self != DeploymentFilters()


@dataclass(frozen=True, slots=True)
class Choices:
    """The values that the project's deployments have."""

    repositories: Sequence[str]
    environments: Sequence[str]


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    uuid: UUID
    release: str
    release_href: str | None
    source: str
    repository: str
    branch: str | None
    environment: str
    commit: str
    # The first seven digits.
    commit_href: str | None
    links: Sequence[Link]
    deployed_at: datetime


@dataclass(frozen=True, slots=True)
class DeploymentPage:
    """The newest `SHOWN` of `total` deployments that pass the filters."""

    rows: Sequence[DeploymentRow]
    total: int


class DeploymentQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> DeploymentQuery:
        return cls(request.db)

    def choices(self, project: Project) -> Choices:
        return Choices(
            self._distinct(project, ProjectDeployment.repository_full_name),
            self._distinct(project, ProjectDeployment.environment),
        )

    def page(self, project: Project, filters: DeploymentFilters) -> DeploymentPage:
        deployment = ProjectDeployment
        newest = (deployment.deployed_at.desc(), deployment.id.desc())
        # What ran before is the one before among all of the project, also when a filter hides it.
        before = func.lead(deployment.commit_sha).over(
            partition_by=(deployment.repository_full_name, deployment.environment), order_by=newest
        )
        known = select(deployment.id, before.label("previous")).where(deployment.project_id == project.id).subquery()
        wanted = _conditions(project, filters)
        rows = self._session.execute(
            select(deployment, known.c.previous)
            .join(known, known.c.id == deployment.id)
            .where(*wanted)
            .order_by(*newest)
            .limit(SHOWN)
        )
        repositories = SourceRepositoryQuery(self._session).of(project)
        return DeploymentPage(
            rows=[_row(found, previous, repositories) for found, previous in rows],
            total=self._session.scalar(select(func.count()).select_from(deployment).where(*wanted)) or 0,
        )

    def _distinct(self, project: Project, column: Any) -> Sequence[str]:
        values = select(column).where(ProjectDeployment.project_id == project.id).distinct().order_by(column)
        return self._session.scalars(values).all()


def newest_deployment(session: Session, project: Project) -> ProjectDeployment | None:
    deployment = ProjectDeployment
    return session.scalar(
        select(deployment)
        .where(deployment.project_id == project.id)
        .order_by(deployment.deployed_at.desc(), deployment.id.desc())
        .limit(1)
    )


def _conditions(project: Project, filters: DeploymentFilters) -> list[ColumnElement[bool]]:
    deployment = ProjectDeployment
    conditions = [deployment.project_id == project.id]
    if filters.repository:
        conditions.append(deployment.repository_full_name == filters.repository)
    if filters.environment:
        conditions.append(deployment.environment == filters.environment)
    if filters.source:
        conditions.append(deployment.source == filters.source)
    if filters.q:
        searched = (deployment.release, deployment.commit_sha, deployment.branch, deployment.repository_full_name)
        conditions.append(or_(*(column.icontains(filters.q, autoescape=True) for column in searched)))
    return conditions


def _row(
    deployment: ProjectDeployment, previous: str | None, repositories: Sequence[SourceRepository]
) -> DeploymentRow:
    details = deployment.details
    links = deployment_links(deployment, previous, repositories)
    named = (
        ("Release", links.release),
        ("Compare with previous", links.compare),
        ("Workflow run", web_address(details.get("workflow_run_url"))),
        ("Deployment", web_address(details.get("deployment_url"))),
    )
    further = [Link(label, href) for label, href in named if href is not None]
    return DeploymentRow(
        uuid=deployment.uuid,
        release=deployment.release,
        release_href=links.release,
        source=deployment.source,
        repository=deployment.repository_full_name,
        branch=deployment.branch,
        environment=deployment.environment,
        commit=deployment.commit_sha[:SHORT_COMMIT],
        commit_href=links.commit,
        links=further if links.pull_request is None else [links.pull_request, *further],
        deployed_at=deployment.deployed_at,
    )
