"""Background entry points of the installation's pages."""

from __future__ import annotations

from logister_core.mail.mailer import Mail, Mailer, configuration_set
from logister_core.tasks import Task, actor

QUEUED = "Logister queued email test"
TEXT = "The background work of this installation can send mail. Nothing needs to be done.\n"


@actor(queue="mailers", max_retries=0, min_backoff=60_000, max_backoff=60_000, time_limit=60_000)
def send_test_mail(task: Task, recipient: str) -> None:
    """Send one; a second run sends a second one."""
    headers = configuration_set(task.settings.mail)
    Mailer(task.settings).send(Mail(to=recipient, subject=QUEUED, text=TEXT, headers=headers))
