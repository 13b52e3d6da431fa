"""Background entry points of the outbox."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete, exists, select

from logister_core.db.partitions import ensure_partitions
from logister_core.outbox import run
from logister_core.outbox.models import DeliveryStatus, TelemetryBatch, TelemetryDelivery
from logister_core.tasks import Task, actor, send

logger = logging.getLogger(__name__)

# How long finished batches stay for operators to look at, and how many go in one transaction.
KEPT_AFTER_COMPLETION = timedelta(days=3)
REMOVED_AT_ONCE = 5000


@actor(queue="projector", max_retries=0, min_backoff=1000, max_backoff=1000, time_limit=120_000)
def deliver(task: Task) -> None:
    """Deliver what is due, to every destination.

    A second run finds nothing due, or another worker's leases, which it leaves alone. It retries nothing itself:
    back-off is kept in the rows and the sweep comes every minute.
    """
    for name in sorted(task.registry.destinations):
        outcome = run.run(task.engine, task.registry.destinations[name], task.registry.clock)
        if outcome.out_of_time:
            send(task.registry, deliver)
        if outcome.batches or outcome.retried:
            logger.info(
                "outbox.delivered destination=%s batches=%d rows=%d failed_rows=%d retried=%d",
                name,
                outcome.batches,
                outcome.rows,
                outcome.failed_rows,
                outcome.retried,
            )


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def remove_finished_batches(task: Task) -> None:
    """Remove batches whose deliveries are all completed since a while; a second run finds none."""
    before = task.registry.clock() - KEPT_AFTER_COMPLETION
    unfinished = exists().where(
        TelemetryDelivery.batch_id == TelemetryBatch.id,
        TelemetryDelivery.status != DeliveryStatus.COMPLETED.value,
    )
    old = (
        select(TelemetryBatch.id)
        .where(TelemetryBatch.committed_at < before, ~unfinished)
        .order_by(TelemetryBatch.committed_at)
        .limit(REMOVED_AT_ONCE)
    )
    task.db.execute(
        delete(TelemetryBatch).where(TelemetryBatch.id.in_(old)).execution_options(synchronize_session=False)
    )


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def make_partitions(task: Task) -> None:
    """Create the partitions of the coming months; those that exist are left alone."""
    created = ensure_partitions(task.db.connection(), now=task.registry.clock())
    if created:
        logger.info("partitions.created names=%s", ",".join(created))
