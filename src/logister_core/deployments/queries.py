"""What the deployments' page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from logister_core.deployments.models import ProjectDeployment
from logister_core.deployments.values import GITHUB_WEB
from logister_core.projects.models import Project

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
class Link:
    label: str
    href: str


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
    commit_href: str
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
        return DeploymentPage(
            rows=[_row(found, previous) for found, previous in rows],
            total=self._session.scalar(select(func.count()).select_from(deployment).where(*wanted)) or 0,
        )

    def _distinct(self, project: Project, column: Any) -> Sequence[str]:
        values = select(column).where(ProjectDeployment.project_id == project.id).distinct().order_by(column)
        return self._session.scalars(values).all()


def web_address(value: Any) -> str | None:
    """`value` when it leads to a web page. Clients send links, and `javascript:` is one of them."""
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in ("http", "https") and parts.netloc else None


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


def _row(deployment: ProjectDeployment, previous: str | None) -> DeploymentRow:
    web = f"{GITHUB_WEB}/{deployment.repository_full_name}"
    details = deployment.details
    compare = web_address(details.get("compare_url"))
    if compare is None and previous is not None and previous != deployment.commit_sha:
        compare = f"{web}/compare/{previous}...{deployment.commit_sha}"
    number = details.get("pull_request_number")
    candidates = (
        (f"PR #{number}" if number else "PR", web_address(details.get("pull_request_url"))),
        ("Release", web_address(details.get("release_url"))),
        ("Compare with previous", compare),
        ("Workflow run", web_address(details.get("workflow_run_url"))),
        ("Deployment", web_address(details.get("deployment_url"))),
    )
    return DeploymentRow(
        uuid=deployment.uuid,
        release=deployment.release,
        release_href=web_address(details.get("release_url")),
        source=deployment.source,
        repository=deployment.repository_full_name,
        branch=deployment.branch,
        environment=deployment.environment,
        commit=deployment.commit_sha[:SHORT_COMMIT],
        commit_href=f"{web}/commit/{deployment.commit_sha}",
        links=[Link(label, href) for label, href in candidates if href is not None],
        deployed_at=deployment.deployed_at,
    )
