"""Background entry points of CLI tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from logister_core.cli_access.models import CliDeviceAuthorization
from logister_core.db.cleanup import delete_in_portions
from logister_core.tasks import Task, actor

KEPT_AFTER_EXPIRY: Final = timedelta(days=1)


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def remove_old_logins(task: Task) -> None:
    """Remove logins, whatever became of them; a second run finds none."""
    before = task.registry.clock() - KEPT_AFTER_EXPIRY
    delete_in_portions(task.engine, CliDeviceAuthorization, CliDeviceAuthorization.expires_at < before)
