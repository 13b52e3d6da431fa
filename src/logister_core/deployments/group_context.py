"""Which deployment an error came with (grouping chapter §17.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from logister_core.deployments.models import ProjectDeployment

_NEWEST = (ProjectDeployment.deployed_at.desc(), ProjectDeployment.id.desc())


@dataclass(frozen=True, slots=True)
class DeploymentContext:
    """`deployment` is the one of the error's release, else the last one before the error (`exact_release` tells);
    `previous` is what the same environment ran of the same repository before it.
    """

    deployment: ProjectDeployment
    previous: ProjectDeployment | None
    exact_release: bool
    minutes_after: int
    # From the deployment to the first occurrence; negative when the error is older.

    @property
    def started_after(self) -> bool:
        return self.minutes_after >= 0


def deployment_context(
    session: Session,
    project_id: int,
    *,
    release: str | None,
    environment: str,
    first_seen_at: datetime,
    repository: str | None = None,
) -> DeploymentContext | None:
    """`release` is the group's first one as far as it is known, `repository` the one an event names. Two queries."""
    values = {
        "project_id": project_id,
        "environment": environment,
        "repository": repository,
        "release": release,
        "first_seen_at": first_seen_at,
    }
    found = session.scalar(_it_came_with(repository is not None, bool(release)), values)
    if found is None:
        return None
    previous = session.scalar(
        select(ProjectDeployment)
        .where(
            ProjectDeployment.project_id == project_id,
            ProjectDeployment.repository_full_name == found.repository_full_name,
            ProjectDeployment.environment == found.environment,
            ProjectDeployment.deployed_at < found.deployed_at,
        )
        .order_by(*_NEWEST)
        .limit(1)
    )
    seconds = (first_seen_at - found.deployed_at).total_seconds()
    minutes = round(seconds / 60)
    return DeploymentContext(found, previous, found.release == release, minutes if seconds >= 0 else min(minutes, -1))


@cache
def _it_came_with(of_repository: bool, of_release: bool) -> Select[ProjectDeployment]:
    deployment = ProjectDeployment
    here = [
        deployment.project_id == bindparam("project_id"),
        deployment.environment == bindparam("environment"),
        *([deployment.repository_full_name == bindparam("repository")] if of_repository else []),
    ]
    newest = select(deployment.id).where(*here).order_by(*_NEWEST).limit(1)
    wanted: Any = newest.where(deployment.deployed_at <= bindparam("first_seen_at")).scalar_subquery()
    if of_release:
        exact = newest.where(deployment.release == bindparam("release")).scalar_subquery()
        wanted = func.coalesce(exact, wanted)
    return select(deployment).where(deployment.id == wanted)


def commits_of_release(session: Session, project_id: int, release: str, environment: str) -> dict[str, str]:
    """By repository: the commit of that release, in the environment, else in production, else deployed last."""
    rows = session.execute(
        select(ProjectDeployment.repository_full_name, ProjectDeployment.commit_sha)
        .where(ProjectDeployment.project_id == project_id, ProjectDeployment.release == release)
        .order_by(
            ProjectDeployment.environment == environment,
            ProjectDeployment.environment == "production",
            ProjectDeployment.deployed_at,
            ProjectDeployment.id,
        )
    )
    # The best one comes last and replaces the others.
    return dict(rows.all())
