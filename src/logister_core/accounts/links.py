"""Links that prove who reads an address: to confirm it, and to choose a new password.

The token is made when the mail is sent and is nowhere but in that mail; the row holds a digest, keyed with the
installation's secret. A new link replaces the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.security.tokens import Signer, new_token, same

if TYPE_CHECKING:
    from logister_core.settings import Settings
    from logister_core.types import Request

RESET_LIFE: Final = timedelta(hours=6)


class LinkState(StrEnum):
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    VALID = "valid"


class AccountLinks:
    def __init__(self, session: Session, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._confirmations = Signer(settings.secret_key, "confirmation link")
        self._resets = Signer(settings.secret_key, "reset link")

    @classmethod
    def from_request(cls, context: object, request: Request) -> AccountLinks:
        return cls(request.db, request.settings, request.registry.clock)

    def confirmation(self, user: User) -> str:
        """A token that confirms the address of `user`: the new one that waits for it, else the account's."""
        token = new_token()
        user.confirmation_digest = self._confirmations.signature(token)
        user.confirmation_sent_at = self._clock()
        return token

    def reset(self, user: User) -> str:
        """A token that lets choose a new password, once, for `RESET_LIFE`."""
        token = new_token()
        user.reset_digest = self._resets.signature(token)
        user.reset_sent_at = self._clock()
        return token

    def confirming(self, token: str) -> tuple[LinkState, User | None]:
        """Whose address the token confirms. It does not end by time."""
        digest = self._confirmations.signature(token)
        user = self._session.scalar(select(User).where(User.confirmation_digest == digest))
        if not token or user is None or not same(user.confirmation_digest or "", digest):
            return LinkState.UNKNOWN, None
        if user.pending_email is None:
            return LinkState.USED, user
        return LinkState.VALID, user

    def resetting(self, token: str) -> tuple[LinkState, User | None]:
        """Who may choose a new password with the token. Of two who use it at once, one finds it used."""
        digest = self._resets.signature(token)
        user = self._session.scalar(select(User).where(User.reset_digest == digest).with_for_update())
        if not token or user is None or not same(user.reset_digest or "", digest):
            return LinkState.UNKNOWN, None
        if user.reset_sent_at is None or self._clock() - user.reset_sent_at > RESET_LIFE:
            return LinkState.EXPIRED, None
        return LinkState.VALID, user

    def forget_reset(self, user: User) -> None:
        """The link works no longer."""
        user.reset_digest = user.reset_sent_at = None
