"""Background entry points of rejected submissions."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from logister_core.client_submissions.models import RejectedSubmission
from logister_core.db.cleanup import delete_in_portions
from logister_core.tasks import Task, actor

# Sent or not: a report that is older tells nobody anything new.
KEPT: Final = timedelta(days=7)


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def remove_old_rejections(task: Task) -> None:
    """Remove reports that are old; a second run finds none."""
    before = task.registry.clock() - KEPT
    delete_in_portions(task.engine, RejectedSubmission, RejectedSubmission.rejected_at < before)
