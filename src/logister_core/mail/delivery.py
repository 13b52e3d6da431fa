"""Sending the mails that are due, one after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from logister_core.accounts.links import RESET_LIFE, AccountLinks
from logister_core.accounts.models import User
from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.logs import event
from logister_core.mail.mailer import Mail, Mailer, MailError, MailRefused
from logister_core.mail.models import AccountMail, MailKind
from logister_core.mail.texts import CONFIRMATION_PATH, RESET_PATH, account_mail
from logister_core.settings import Settings

logger = logging.getLogger(__name__)

# A worker that has not finished by then is taken for dead, and its mail is due again.
LEASE: Final = timedelta(minutes=5)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
LIFE: Final = timedelta(days=3)
# How long mails that were given up stay to be looked at.
KEPT: Final = timedelta(days=7)
# A run gives way to others after this long; the next minute goes on.
RUN_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Lease:
    mail_id: int
    kind: MailKind
    attempts: int
    created_at: datetime


def send_due(engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None:
    """Send until nothing is due, time is up, or the mail server lets everybody down."""
    stop_at = time.monotonic() + RUN_SECONDS
    _forget_given_up(engine, clock())
    while time.monotonic() < stop_at:
        lease = _take(engine, clock())
        if lease is None:
            return
        try:
            mail = _written(engine, settings, clock, lease)
            if mail is not None:
                Mailer(settings).send(mail)
        except MailRefused as error:
            _give_up(engine, lease, error, clock())
        except Exception as error:
            _postpone(engine, lease, error, clock())
            # The others would most likely fail in the same way, each after the same wait.
            return
        else:
            with write_transaction(engine) as db:
                db.execute(delete(AccountMail).where(AccountMail.id == lease.mail_id))
            logger.info(event("mail.sent" if mail is not None else "mail.dropped", kind=lease.kind, id=lease.mail_id))


def _take(engine: Engine, now: datetime) -> Lease | None:
    """The mail that has waited longest. A look comes first: on SQLite taking waits for the write lock."""
    due = select(AccountMail).where(
        AccountMail.due_at <= now,
        AccountMail.given_up_at.is_(None),
        # While an installation is upgraded, workers of the release before meet kinds that they cannot write.
        AccountMail.kind.in_([kind.value for kind in MailKind]),
    )
    with read_transaction(engine) as db:
        if db.scalar(due.limit(1)) is None:
            return None
    with write_transaction(engine) as db:
        row = db.scalar(due.order_by(AccountMail.due_at, AccountMail.id).limit(1).with_for_update(skip_locked=True))
        if row is None:
            return None
        row.attempts += 1
        row.due_at = now + LEASE
        return Lease(row.id, MailKind(row.kind), row.attempts, row.created_at)


def _written(engine: Engine, settings: Settings, clock: Callable[[], datetime], lease: Lease) -> Mail | None:
    """The mail with its link, made now; None when there is nobody to send it to, or no reason any more."""
    with write_transaction(engine) as db:
        row = db.get(AccountMail, lease.mail_id)
        user = None if row is None else _recipient(db, row)
        if row is None or user is None:
            return None
        site = settings.product.public_url
        links = AccountLinks(db, settings, clock)
        match lease.kind:
            case MailKind.CONFIRMATION:
                return _confirmation(db, links, user, site)
            case MailKind.RESET:
                link = f"{site}{RESET_PATH}{links.reset(user)}"
                return account_mail(lease.kind, to=user.email, site=site, link=link)
            case MailKind.EMAIL_CHANGED:
                return account_mail(lease.kind, to=row.address or user.email, site=site)
            case _:
                return account_mail(lease.kind, to=user.email, site=site, when=row.created_at)


def _recipient(db: Session, row: AccountMail) -> User | None:
    if row.user_id is not None:
        return db.get(User, row.user_id)
    return db.scalar(select(User).where(User.email == row.address))


def _confirmation(db: Session, links: AccountLinks, user: User, site: str) -> Mail | None:
    address = user.pending_email
    if address is None:
        return None
    owner = db.scalar(select(User).where(User.email == address))
    if owner is not None and owner.id != user.id:
        # Whoever wants to move to an address that is taken does not learn that; its owner does.
        return account_mail(MailKind.ALREADY_REGISTERED, to=address, site=site)
    link = f"{site}{CONFIRMATION_PATH}{links.confirmation(user)}"
    return account_mail(MailKind.CONFIRMATION, to=address, site=site, link=link)


def _postpone(engine: Engine, lease: Lease, error: Exception, now: datetime) -> None:
    life = RESET_LIFE if lease.kind is MailKind.RESET else LIFE
    wait = min(FIRST_WAIT * 2 ** min(lease.attempts - 1, 10), LONGEST_WAIT)
    if now + wait > lease.created_at + life:
        _give_up(engine, lease, error, now)
        return
    _note(engine, lease, error, due_at=now + wait)
    logger.warning(
        event("mail.failed", kind=lease.kind, id=lease.mail_id, attempt=lease.attempts, error=_told(error)),
        exc_info=_unexpected(error),
    )


def _give_up(engine: Engine, lease: Lease, error: Exception, now: datetime) -> None:
    _note(engine, lease, error, given_up_at=now)
    logger.error(
        event("mail.given_up", kind=lease.kind, id=lease.mail_id, attempt=lease.attempts, error=_told(error)),
        exc_info=_unexpected(error),
    )


def _note(engine: Engine, lease: Lease, error: Exception, **values: datetime) -> None:
    with write_transaction(engine) as db:
        row = db.get(AccountMail, lease.mail_id)
        if row is None:
            return
        row.last_error = _told(error)
        for name, value in values.items():
            setattr(row, name, value)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:1000]


def _unexpected(error: Exception) -> bool:
    """Whether its traceback is worth a look: failures of the mail server are not ours."""
    return not isinstance(error, MailError)


def _forget_given_up(engine: Engine, now: datetime) -> None:
    old = AccountMail.given_up_at < now - KEPT
    with read_transaction(engine) as db:
        if db.scalar(select(AccountMail.id).where(old).limit(1)) is None:
            return
    with write_transaction(engine) as db:
        db.execute(delete(AccountMail).where(old))
