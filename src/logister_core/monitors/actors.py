"""Background entry points of the monitors."""

from __future__ import annotations

import logging

from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.monitors.services import MonitorService, missed_ids
from logister_core.tasks import Task, actor

logger = logging.getLogger(__name__)

# Monitors locked in one transaction, for which their check-ins wait.
SWEPT_AT_ONCE = 500


@actor(queue="notifications", max_retries=3, min_backoff=60_000, max_backoff=300_000, time_limit=600_000)
def tell_missed_monitors(task: Task) -> None:
    """Owe notices about monitors that nothing reports to any more.

    A second run in the same hour finds the hour's notices owed already.
    """
    with read_transaction(task.engine) as db:
        ids = missed_ids(db, now=task.registry.clock())
    missed = 0
    for start in range(0, len(ids), SWEPT_AT_ONCE):
        with write_transaction(task.engine) as db:
            missed += MonitorService(db, task.registry.clock).tell_missed(ids[start : start + SWEPT_AT_ONCE])
    if missed:
        logger.info("monitors.missed count=%d", missed)
