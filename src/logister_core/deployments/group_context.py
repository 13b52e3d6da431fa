"""Which deployment an error came with (grouping chapter §17.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logister_core.deployments.models import ProjectDeployment


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
    deployment = ProjectDeployment
    here = [deployment.project_id == project_id, deployment.environment == environment]
    if repository is not None:
        here.append(deployment.repository_full_name == repository)
    newest = (deployment.deployed_at.desc(), deployment.id.desc())
    before = select(deployment.id).where(*here, deployment.deployed_at <= first_seen_at).order_by(*newest).limit(1)
    wanted: Any = before.scalar_subquery()
    if release:
        exact = select(deployment.id).where(*here, deployment.release == release).order_by(*newest).limit(1)
        wanted = func.coalesce(exact.scalar_subquery(), wanted)
    found = session.scalar(select(deployment).where(deployment.id == wanted))
    if found is None:
        return None
    previous = session.scalar(
        select(deployment)
        .where(
            deployment.project_id == project_id,
            deployment.repository_full_name == found.repository_full_name,
            deployment.environment == found.environment,
            deployment.deployed_at < found.deployed_at,
        )
        .order_by(*newest)
        .limit(1)
    )
    seconds = (first_seen_at - found.deployed_at).total_seconds()
    minutes = round(seconds / 60)
    return DeploymentContext(found, previous, found.release == release, minutes if seconds >= 0 else min(minutes, -1))


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
