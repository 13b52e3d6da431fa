"""Background entry points of updates."""

from __future__ import annotations

from logister_core.tasks import Task, actor
from logister_core.updates.services import check


@actor(queue="integrations", max_retries=0, min_backoff=60_000, max_backoff=60_000, time_limit=60_000)
def check_for_update(task: Task) -> None:
    """Ask once for the latest release; does nothing unless a repository is configured."""
    check(task.engine, task.settings.updates, task.registry.clock)
