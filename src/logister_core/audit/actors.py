"""Background entry points of the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from logister_core.audit.models import AuditEntry
from logister_core.db.cleanup import delete_in_portions
from logister_core.tasks import Task, actor

# A year and a month: what happened at this time last year can still be looked up.
KEPT: Final = timedelta(days=396)


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def remove_old_entries(task: Task) -> None:
    """Remove entries that are too old; a second run finds none."""
    delete_in_portions(task.engine, AuditEntry, AuditEntry.made_at < task.registry.clock() - KEPT)
