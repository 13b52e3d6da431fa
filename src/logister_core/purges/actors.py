"""Background entry points of deletions."""

from __future__ import annotations

from logister_core.purges.runner import run_due
from logister_core.tasks import Task, actor


@actor(queue="maintenance", max_retries=0, min_backoff=60_000, max_backoff=60_000, time_limit=3_600_000)
def purge_projects(task: Task) -> None:
    """Go on with every deletion that is due.

    Whoever else does the same at the same time finds the leases taken; the next minute looks again.
    """
    run_due(task.engine, task.registry.clock)
