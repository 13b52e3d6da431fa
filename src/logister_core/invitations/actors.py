"""Background entry points of invitations."""

from __future__ import annotations

from logister_core.invitations.mails import send_due
from logister_core.tasks import Task, actor


@actor(queue="mailers", max_retries=0, min_backoff=60_000, max_backoff=60_000, time_limit=300_000)
def send_invitations(task: Task) -> None:
    """Send the invitations that are due; leases keep a second run from sending them again."""
    send_due(task.engine, task.settings, task.registry.clock)
