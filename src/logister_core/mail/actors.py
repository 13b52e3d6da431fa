"""Background entry points of mail."""

from __future__ import annotations

from logister_core.mail.delivery import send_due
from logister_core.tasks import Task, actor


@actor(queue="mailers", max_retries=0, min_backoff=60_000, max_backoff=60_000, time_limit=300_000)
def send_account_mails(task: Task) -> None:
    """Send every mail that is due.

    Whoever else does the same at the same time finds the leases taken; what fails waits in its row for the next
    minute's run.
    """
    send_due(task.engine, task.settings, task.registry.clock)
