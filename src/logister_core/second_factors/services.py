"""What can be done with second factors."""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.errors import Refused
from logister_core.logs import event
from logister_core.second_factors import totp
from logister_core.second_factors.models import AuthenticatorApp, Passkey, RecoveryCode
from logister_core.security.encryption import Cipher, Undecipherable
from logister_core.security.tokens import digest

if TYPE_CHECKING:
    from logister_core.settings import Settings
    from logister_core.types import Request

logger = logging.getLogger(__name__)

CODES: Final = 10
CODE_BYTES: Final = 10  # 80 bits
WRONG_CODE: Final = "This code is not right, or was used before. Enter the one that the app shows now."


class SecondFactors:
    def __init__(self, session: Session, clock: Callable[[], datetime], settings: Settings) -> None:
        self._session = session
        self._clock = clock
        self._cipher = app_cipher(settings.secret_key)

    @classmethod
    def from_request(cls, context: object, request: Request) -> SecondFactors:
        return cls(request.db, request.registry.clock, request.settings)

    def required(self, user: User) -> bool:
        """Whether a password alone does not sign this person in. One statement."""
        app = exists().where(AuthenticatorApp.user_id == user.id, AuthenticatorApp.confirmed_at.is_not(None))
        passkey = exists().where(Passkey.user_id == user.id)
        return bool(self._session.scalar(select(or_(app, passkey))))

    def app(self, user: User) -> AuthenticatorApp | None:
        """The app, also one that was only begun."""
        return self._session.scalar(select(AuthenticatorApp).where(AuthenticatorApp.user_id == user.id))

    def passkeys(self, user: User) -> Sequence[Passkey]:
        return self._session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)).all()

    def codes_left(self, user: User) -> int:
        unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
        return self._session.scalar(unused) or 0

    def begin_app(self, user: User) -> None:
        """A new secret for an app; one that was begun before is forgotten. Raises `Refused` when there is an app."""
        app = self.app(user)
        if app is not None and app.confirmed_at is not None:
            raise Refused({"": "There is an authenticator app already. Remove it first."})
        if app is not None:
            self._session.delete(app)
            self._session.flush()
        sealed = self._cipher.encrypt(totp.new_secret(), app_place(user.uuid))
        self._session.add(AuthenticatorApp(user_id=user.id, sealed_secret=sealed, created_at=self._clock()))

    def secret(self, user: User, app: AuthenticatorApp) -> str:
        """To be shown while the app is being set up, and never after that."""
        return self._cipher.decrypt(app.sealed_secret, app_place(user.uuid))

    def confirm_app(self, user: User, code: str) -> None:
        """The app shows our codes. Raises `Refused`: code."""
        app = self.app(user)
        if app is None or app.confirmed_at is not None:
            raise Refused({"code": "Begin the set-up anew."})
        if not self._takes(user, app, code):
            raise Refused({"code": WRONG_CODE})
        app.confirmed_at = self._clock()

    def remove_app(self, user: User) -> bool:
        """False when none was set up; one that was only begun is forgotten."""
        gone = delete(AuthenticatorApp).where(AuthenticatorApp.user_id == user.id)
        confirmed_at = self._session.scalar(gone.returning(AuthenticatorApp.confirmed_at))
        self._forget_codes_without_factor(user)
        return confirmed_at is not None

    def remove_passkey(self, user: User, passkey: Passkey) -> None:
        self._session.delete(passkey)
        self._session.flush()
        self._forget_codes_without_factor(user)

    def reset(self, user: User) -> bool:
        """Take away everything, for somebody who has lost it all: the password alone signs them in again.

        Whether it was asked for before.
        """
        required = self.required(user)
        for model in (AuthenticatorApp, Passkey, RecoveryCode):
            self._session.execute(delete(model).where(model.user_id == user.id))
        return required

    def make_codes(self, user: User) -> list[str]:
        """A new set, which exists nowhere else: show it now or never. The old one stops working."""
        self._session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        codes = [_grouped(secrets.token_bytes(CODE_BYTES)) for _ in range(CODES)]
        now = self._clock()
        self._session.add_all(
            RecoveryCode(user_id=user.id, digest=self._digest(user, code), created_at=now) for code in codes
        )
        return codes

    def takes_app_code(self, user: User, code: str) -> bool:
        """Whether it is a code that the app shows now. True only once for each code."""
        app = self.app(user)
        return app is not None and app.confirmed_at is not None and self._takes(user, app, code)

    def takes_recovery_code(self, user: User, code: str) -> bool:
        """Whether it is an unused code of the set, which it then is no longer."""
        used = (
            update(RecoveryCode)
            .where(
                RecoveryCode.user_id == user.id,
                RecoveryCode.digest == self._digest(user, code),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=self._clock())
            .returning(RecoveryCode.id)
        )
        return self._session.scalar(used.execution_options(synchronize_session=False)) is not None

    def _takes(self, user: User, app: AuthenticatorApp, code: str) -> bool:
        code = "".join(code.split())
        try:
            secret = self.secret(user, app)
        except Undecipherable:
            # The root secret is another than the one it was kept with. Recovery codes and passkeys still work.
            logger.error(event("second_factors.secret_unreadable", user=user.uuid))
            return False
        step = totp.matching_step(secret, code, self._clock()) if len(code) == totp.DIGITS else None
        if step is None:
            return False
        # Of two requests with the same code one finds that the other was first.
        later = update(AuthenticatorApp).where(AuthenticatorApp.id == app.id, AuthenticatorApp.last_step < step)
        moved = later.values(last_step=step).returning(AuthenticatorApp.id)
        return self._session.scalar(moved.execution_options(synchronize_session=False)) is not None

    def _digest(self, user: User, code: str) -> str:
        # Without a key, so that codes outlive the root secret: nobody tries out 80 random bits.
        plain = "".join(character for character in code.lower() if character.isalnum())
        return digest(f"{user.uuid} {plain}")

    def _forget_codes_without_factor(self, user: User) -> None:
        if not self.required(user):
            self._session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def app_cipher(root_secret: str) -> Cipher:
    return Cipher(root_secret, "logister-authenticator-apps-v1")


def app_place(user_uuid: UUID) -> str:
    """Where a secret is kept; moved to another person's row it cannot be read."""
    return f"authenticator app of {user_uuid}"


def _grouped(raw: bytes) -> str:
    text = base64.b32encode(raw).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
