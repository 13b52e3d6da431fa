"""Background work of the plugin."""

from __future__ import annotations

from datetime import timedelta

from logister_core.tasks import Task, actor
from logister_tally import Settings
from logister_tally.ledger import ledger_of


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=60_000)
def forget_old_batches(task: Task) -> None:
    """Drop counts that are older than TALLY_KEEP_DAYS; a second run finds none."""
    keep = timedelta(days=task.settings.section(Settings).keep_days)
    ledger_of(task.settings).forget_before((task.registry.clock() - keep).date())
