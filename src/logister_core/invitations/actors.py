"""Background entry points of invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from logister_core.db.cleanup import delete_in_portions
from logister_core.invitations.mails import send_due
from logister_core.invitations.models import Invitation
from logister_core.tasks import Task, actor

# After its time, accepted or not: the row holds an address, and what happened is told by the audit log.
KEPT: Final = timedelta(days=30)


@actor(queue="mailers", max_retries=0, min_backoff=60_000, max_backoff=60_000, time_limit=300_000)
def send_invitations(task: Task) -> None:
    """Send the invitations that are due; leases keep a second run from sending them again."""
    send_due(task.engine, task.settings, task.registry.clock)


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def remove_old_invitations(task: Task) -> None:
    """Remove those that ended long ago; a second run finds none."""
    delete_in_portions(task.engine, Invitation, Invitation.expires_at < task.registry.clock() - KEPT)
