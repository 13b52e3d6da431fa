"""Background entry points of error groups."""

from __future__ import annotations

import logging

from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.error_groups.counts import sum_up
from logister_core.error_groups.waking import due_ids, wake
from logister_core.tasks import Task, actor

logger = logging.getLogger(__name__)

# Groups locked in one transaction, for which their events wait.
WOKEN_AT_ONCE = 500


@actor(queue="maintenance", max_retries=3, min_backoff=10_000, max_backoff=60_000, time_limit=600_000)
def wake_snoozed_errors(task: Task) -> None:
    """Open the errors whose snooze has ended. A second run finds them open already."""
    now = task.registry.clock()
    with read_transaction(task.engine) as db:
        ids = due_ids(db, now)
    woken = 0
    for start in range(0, len(ids), WOKEN_AT_ONCE):
        with write_transaction(task.engine) as db:
            woken += wake(db, ids[start : start + WOKEN_AT_ONCE], now)
    if woken:
        logger.info("error_groups.woken count=%d", woken)


@actor(queue="maintenance", max_retries=3, min_backoff=10_000, max_backoff=60_000, time_limit=600_000)
def sum_up_group_counts(task: Task) -> None:
    """Make few rows of the many that count error groups. A second run finds nothing to do."""
    with write_transaction(task.engine) as db:
        rows = sum_up(db)
    if rows:
        logger.info("error_groups.summed_up rows=%d", rows)
