"""Events that name release, repository and commit tell of deployments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.deployments.services import DeploymentService, ToldBy
from logister_core.deployments.values import DeploymentValues, deployment_values
from logister_core.ingest.body import context_of
from logister_core.ingest.models import IngestEvent
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches
from logister_core.source_repositories.queries import only_repositories


class TelemetryDeployments:
    """The projection. Intake marks only the first event of a kind, see `ingest.known_deployments`."""

    def apply(
        self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int], now: datetime
    ) -> None:
        event = IngestEvent
        rows = session.execute(
            select(event.id, event.uuid, event.project_id, event.occurred_at, event.body).where(
                in_batches(event, event.occurred_at, batches), event.indexes_deployment
            )
        )
        found = [row for row in rows if row.id not in skip]
        repositories = only_repositories(session, {row.project_id for row in found}) if found else {}
        told = []
        for event_id, uuid, project_id, occurred_at, body in found:
            values = deployment_values(
                context_of(body, session),
                telemetry=True,
                default_deployed_at=occurred_at,
                default_repository=repositories.get(project_id),
            )
            if not values.problems():
                told.append((project_id, values, ToldBy(event_id, uuid)))
        service = DeploymentService(session, lambda: now)
        # By key, so that two workers never wait for each other in a circle; what concerns one row in event order.
        for project_id, values, told_by in sorted(told, key=_order):
            service.record(project_id, values, told_by=told_by)


def _order(told: tuple[int, DeploymentValues, ToldBy]) -> tuple[Any, ...]:
    project_id, values, told_by = told
    return project_id, values.repository, values.environment, values.release, told_by.event_id
