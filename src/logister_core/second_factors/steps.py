"""Half of a sign-in: what a browser has shown so far, or has been asked.

The cookie holds a random token and the row everything else, so that a step can be taken once, ends by itself, and
says nothing to who reads the cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.second_factors.models import SignInStep
from logister_core.security.cookies import STEP, Cookie, cookie_jar
from logister_core.security.tokens import digest, new_token

if TYPE_CHECKING:
    from logister_core.types import Request

LIFE: Final = timedelta(minutes=10)


class Purpose(StrEnum):
    # The password was right; `data` has target and persistent.
    SECOND_STEP = "second_step"
    # A challenge that a passkey is to sign.
    PASSKEY_SIGN_IN = "passkey_sign_in"
    PASSKEY_REGISTRATION = "passkey_registration"
    # On the way to another site that knows the person, and back.
    OIDC = "oidc"


class SignInSteps:
    def __init__(self, session: Session, clock: Callable[[], datetime], cookie: Cookie, token: str | None) -> None:
        self._session = session
        self._clock = clock
        self._cookie = cookie
        self._token = token

    @classmethod
    def from_request(cls, context: object, request: Request) -> SignInSteps:
        return cls.of(request, request.db)

    @classmethod
    def of(cls, request: Request, session: Session) -> SignInSteps:
        """For those who ask with a transaction of their own."""
        cookie = cookie_jar(request.settings)(STEP)
        return cls(session, request.registry.clock, cookie, cookie.value(request))

    def begin(self, purpose: Purpose, user: User | None = None, **data: Any) -> tuple[str, str]:
        """A new step; the header that gives its token to the browser, whose earlier step it replaces."""
        now, token = self._clock(), new_token()
        if self._token is not None:
            self._session.execute(delete(SignInStep).where(SignInStep.token_digest == digest(self._token)))
        self._session.add(
            SignInStep(
                token_digest=digest(token),
                purpose=purpose.value,
                user_id=None if user is None else user.id,
                data=data,
                created_at=now,
                expires_at=now + LIFE,
            )
        )
        self._session.flush()
        return self._cookie.header(token, max_age=int(LIFE.total_seconds()))

    def current(self, purpose: Purpose) -> SignInStep | None:
        """The step of this browser, when it is one for `purpose` and has not ended."""
        if self._token is None:
            return None
        return self._session.scalar(
            select(SignInStep).where(
                SignInStep.token_digest == digest(self._token),
                SignInStep.purpose == purpose.value,
                SignInStep.expires_at > self._clock(),
            )
        )

    def add(self, step: SignInStep, **data: Any) -> None:
        step.data = {**step.data, **data}

    def attempt(self, step: SignInStep) -> int:
        """Count an attempt, those of other requests at the same moment included; the number of this one."""
        counted = update(SignInStep).where(SignInStep.id == step.id).values(attempts=SignInStep.attempts + 1)
        found = self._session.scalar(
            counted.returning(SignInStep.attempts).execution_options(synchronize_session=False)
        )
        # Gone: somebody else took it meanwhile.
        return found or 1_000

    def take(self, step: SignInStep) -> bool:
        """Use it up. False when another request did so first."""
        gone = delete(SignInStep).where(SignInStep.id == step.id).returning(SignInStep.id)
        taken = self._session.scalar(gone.execution_options(synchronize_session=False)) is not None
        if step in self._session:
            self._session.expunge(step)
        return taken

    def removal(self) -> tuple[str, str]:
        """The header that takes the token from the browser."""
        return self._cookie.removal()
