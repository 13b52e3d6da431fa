"""Owing somebody a mail."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.accounts.services import normal_email, valid_email
from logister_core.mail.actors import send_account_mails
from logister_core.mail.models import AccountMail, MailKind
from logister_core.tasks.actors import send

if TYPE_CHECKING:
    from logister_core.types import Request

logger = logging.getLogger(__name__)


class AccountMails:
    """Every method writes one row, which is committed with what the request changes; `wake` hints at it afterwards.

    `…_at` methods take whatever address a stranger typed. They look for nobody, so that neither their time nor
    anything else tells whether there is an account; the background does.
    """

    def __init__(self, session: Session, clock: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._session = session
        self._clock = clock
        self._wake = wake

    @classmethod
    def from_request(cls, context: object, request: Request) -> AccountMails:
        return cls(request.db, request.registry.clock, _wake_after_commit(request))

    def confirmation(self, user: User) -> None:
        """The link that confirms an address: the new one of those who change it, else that of the account."""
        self._owe(MailKind.CONFIRMATION, user)

    def confirmation_at(self, address: str) -> None:
        self._owe(MailKind.CONFIRMATION, address=_typed(address))

    def reset_at(self, address: str) -> None:
        """The link to choose a new password."""
        self._owe(MailKind.RESET, address=_typed(address))

    def already_registered(self, user: User) -> None:
        """Instead of an account: there is one with this address."""
        self._owe(MailKind.ALREADY_REGISTERED, user)

    def password_changed(self, user: User) -> None:
        self._owe(MailKind.PASSWORD_CHANGED, user)

    def email_changed(self, user: User, old: str) -> None:
        """To the `old` address."""
        self._owe(MailKind.EMAIL_CHANGED, user, old)

    def second_factor_changed(self, user: User, kind: MailKind) -> None:
        """Of one of the kinds that tell what was added, removed or made anew."""
        self._owe(kind, user)

    def withdraw_resets(self, user: User, email: str) -> None:
        """Send no link to a new password that was asked for before now, by person or by address."""
        of_user = (AccountMail.user_id == user.id) | (AccountMail.address == email)
        self._session.execute(delete(AccountMail).where(AccountMail.kind == MailKind.RESET.value, of_user))

    def _owe(self, kind: MailKind, user: User | None = None, address: str | None = None) -> None:
        now = self._clock()
        self._session.add(
            AccountMail(
                kind=kind.value,
                user_id=None if user is None else user.id,
                address=address,
                due_at=now,
                created_at=now,
            )
        )
        self._wake()


def _typed(address: str) -> str:
    """As accounts have it; what is no address is nobody's."""
    address = normal_email(address)
    return address if valid_email(address) else ""


def _wake_after_commit(request: Request) -> Callable[[], None]:
    registry = request.registry

    def wake(committed: bool) -> None:
        if not committed:
            return
        try:
            send(registry, send_account_mails)
        except Exception:
            # Whatever is wrong with the broker, the job of the next minute finds the mail.
            logger.warning("mail.hint_failed", exc_info=True)

    return lambda: request.tm.get().addAfterCommitHook(wake)
