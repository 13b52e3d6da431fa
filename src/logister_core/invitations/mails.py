"""Sending invitations.

The mail has a link of its own, made when it is sent: whoever comes by it reads the address, which the link that the
inviter copies does not show.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from string import Template
from typing import Final

from sqlalchemy import Engine, select

from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.invitations.models import Invitation
from logister_core.invitations.services import OPEN_PATH, open_ones
from logister_core.logs import event
from logister_core.mail.mailer import Mail, Mailer, MailError, MailRefused
from logister_core.security.tokens import digest, new_token
from logister_core.settings import Settings

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)

_TEXT: Final = """\
Hello $address,

$by invites you to $what:

$link

The link works once, until $until (UTC). If you do not know what this is about,
ignore this mail.
"""


def send_due(engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None:
    """Until nothing is due, or the mail server lets one down: the others would fare no better."""
    while (taken := _take(engine, settings, clock())) is not None:
        invitation_id, attempts, mail = taken
        try:
            Mailer(settings).send(mail)
        except MailRefused as error:
            logger.error(event("invitations.mail_refused", id=invitation_id, error=error))
            _set_due(engine, invitation_id, None)
        except MailError as error:
            wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
            logger.warning(event("invitations.mail_failed", id=invitation_id, attempt=attempts, error=error))
            _set_due(engine, invitation_id, clock() + wait)
            return
        else:
            _set_due(engine, invitation_id, None)
            logger.info(event("invitations.mail_sent", id=invitation_id))


def _take(engine: Engine, settings: Settings, now: datetime) -> tuple[int, int, Mail] | None:
    """Lease the one that waits longest, with a new link. A look comes first, since taking locks SQLite."""
    due = select(Invitation).where(Invitation.mail_due_at <= now, *open_ones(now))
    with read_transaction(engine) as db:
        if db.scalar(due.limit(1)) is None:
            return None
    with write_transaction(engine) as db:
        found = db.scalar(due.order_by(Invitation.mail_due_at).limit(1).with_for_update(skip_locked=True))
        if found is None:
            return None
        token = new_token()
        found.mailed_digest = digest(token)
        found.mail_due_at = now + LEASE
        found.mail_attempts += 1
        return found.id, found.mail_attempts, _mail(found, token, settings)


def _mail(invitation: Invitation, token: str, settings: Settings) -> Mail:
    site = settings.product.public_url
    by = "Somebody" if invitation.invited_by is None else invitation.invited_by.display_name
    project = invitation.project
    what = f"have an account at\n{site}" if project is None else f"the project {project.name} at\n{site}"
    return Mail(
        to=invitation.email,
        subject="Invitation" if project is None else f"Invitation to {project.name}",
        text=Template(_TEXT).substitute(
            address=invitation.email,
            by=by,
            what=what,
            link=f"{site}{OPEN_PATH}{token}",
            until=f"{invitation.expires_at:%-d %B %Y, %H:%M}",
        ),
    )


def _set_due(engine: Engine, invitation_id: int, due_at: datetime | None) -> None:
    with write_transaction(engine) as db:
        found = db.get(Invitation, invitation_id)
        if found is not None:
            found.mail_due_at = due_at
