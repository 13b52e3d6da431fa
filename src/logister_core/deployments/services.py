"""Recording deployments, by whoever tells of them first and by whoever tells more (ingest chapter §10.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.db.upsert import insert_for
from logister_core.deployments.models import DeploymentSource, ProjectDeployment
from logister_core.deployments.values import DeploymentValues
from logister_core.ids import uuid7
from logister_core.notifications.models import IntentKind, NotificationIntent

if TYPE_CHECKING:
    from logister_core.types import Request


@dataclass(frozen=True, slots=True)
class ToldBy:
    """The event whose context names a deployment."""

    event_id: int
    event_uuid: UUID

    def details(self) -> dict[str, Any]:
        return {"event_id": self.event_id, "event_uuid": str(self.event_uuid)}


class DeploymentService:
    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    def from_request(cls, context: object, request: Request) -> DeploymentService:
        return cls(request.db, request.registry.clock)

    def record(self, project_id: int, values: DeploymentValues, *, told_by: ToldBy | None = None) -> ProjectDeployment:
        """Create the deployment of that project, repository, environment and release, or add to the one there is.

        `values` must be without problems. `told_by` means telemetry: clients repeat themselves with every event, so
        it creates and completes, and corrects only what telemetry itself has told; the time and the source of what
        exists stay. Without it somebody announces the deployment, and what they say now replaces what was known. Of a
        new one, whoever told of it, people are owed a notice.
        """
        deployment, created = self._find_or_insert(project_id, values, told_by)
        if created:
            self._owe_notice(deployment)
        else:
            if told_by is None:
                self._announce(deployment, values)
            else:
                self._complete(deployment, values, told_by)
            self._session.flush()
        return deployment

    def _find_or_insert(
        self, project_id: int, values: DeploymentValues, told_by: ToldBy | None
    ) -> tuple[ProjectDeployment, bool]:
        """The row, locked, and whether it is new."""
        now = self._clock()
        key = {
            "project_id": project_id,
            "repository_full_name": values.repository,
            "environment": values.environment,
            "release": values.release,
        }
        insert = (
            insert_for(self._session, ProjectDeployment)
            .values(
                uuid=uuid7(),
                **key,
                provider="github",
                commit_sha=values.commit_sha,
                branch=values.branch,
                deployed_at=values.deployed_at,
                source=(DeploymentSource.API if told_by is None else DeploymentSource.TELEMETRY).value,
                details=values.metadata if told_by is None else values.metadata | told_by.details(),
                created_at=now,
                updated_at=now,
            )
            .on_conflict_do_nothing()
            .returning(ProjectDeployment.id)
        )
        row = select(ProjectDeployment).filter_by(**key).execution_options(populate_existing=True).with_for_update()
        if told_by is not None:
            # Mostly it exists; looking first spares the write that finding out by inserting is.
            known = self._session.scalar(row)
            if known is not None:
                return known, False
        created = self._session.scalar(insert) is not None
        return self._session.scalars(row).one(), created

    def _owe_notice(self, deployment: ProjectDeployment) -> None:
        kind = IntentKind.RELEASE_SUMMARY.value
        row = {
            "kind": kind,
            "dedup_key": f"deployment:{deployment.id}:{kind}",
            "project_id": deployment.project_id,
            "project_deployment_id": deployment.id,
            "details": {},
            "created_at": self._clock(),
        }
        self._session.execute(insert_for(self._session, NotificationIntent).values(**row).on_conflict_do_nothing())

    def _announce(self, deployment: ProjectDeployment, values: DeploymentValues) -> None:
        assert values.commit_sha is not None  # noqa: S101 - values without problems have one
        deployment.commit_sha = values.commit_sha
        deployment.branch = values.branch or deployment.branch
        deployment.deployed_at = values.deployed_at
        deployment.source = DeploymentSource.API.value
        deployment.details = deployment.details | values.metadata
        deployment.updated_at = self._clock()

    def _complete(self, deployment: ProjectDeployment, values: DeploymentValues, told_by: ToldBy) -> None:
        assert values.commit_sha is not None  # noqa: S101 - values without problems have one
        of_telemetry = deployment.source == DeploymentSource.TELEMETRY.value
        news = of_telemetry and told_by.event_id > deployment.details.get("event_id", 0)
        commit, branch, details = deployment.commit_sha, deployment.branch, deployment.details
        if news:
            commit, branch = values.commit_sha, values.branch or branch
            details = details | values.metadata
        else:
            branch = branch or values.branch
            details = values.metadata | details
        if (commit, branch, details) == (deployment.commit_sha, deployment.branch, deployment.details):
            return
        deployment.commit_sha, deployment.branch = commit, branch
        deployment.details = details | told_by.details() if news else details
        deployment.updated_at = self._clock()
