"""Signed-in browsers: rows that begin at sign-in and end at sign-out, after their time, or when revoked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session, contains_eager

from logister_core.accounts.models import User, UserSession
from logister_core.security.tokens import digest, new_token

# "Remember me": specification, accounts chapter §5. Neither is extended by use.
PERSISTENT = timedelta(days=14)
# Otherwise the cookie ends with the browser, and here at the latest.
TRANSIENT = timedelta(hours=24)
USER_AGENT_LENGTH = 255

# Asked with nearly every request, and made once: putting it together takes longer than the database needs for it.
_FIND = (
    select(UserSession)
    .join(UserSession.user)
    .options(contains_eager(UserSession.user))
    .where(
        UserSession.token_digest == bindparam("digest"),
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > bindparam("now"),
    )
)


class SessionService:
    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    def begin(self, user_id: int, *, persistent: bool, ip: str, user_agent: str) -> str:
        """A new session; returns the token for the cookie. Ended sessions of that person are swept out."""
        now = self._clock()
        self._session.execute(delete(UserSession).where(UserSession.user_id == user_id, UserSession.expires_at <= now))
        token = new_token()
        self._session.add(
            UserSession(
                user_id=user_id,
                token_digest=digest(token),
                persistent=persistent,
                ip=ip,
                user_agent=user_agent[:USER_AGENT_LENGTH],
                created_at=now,
                expires_at=now + (PERSISTENT if persistent else TRANSIENT),
            )
        )
        self._session.flush()
        return token

    def find(self, token: str) -> UserSession | None:
        """The session of that token with its user loaded, in one query; None when it ended or never was."""
        return self._session.scalar(_FIND, {"digest": digest(token), "now": self._clock()})

    def end(self, user_session: UserSession) -> None:
        user_session.revoked_at = self._clock()

    def end_others(self, user: User, *, keep: UserSession | None = None) -> None:
        """Sign the person out everywhere, except where they are right now."""
        for open_session in self.open(user):
            if keep is None or open_session.id != keep.id:
                self.end(open_session)

    def end_remembered(self, user: User) -> None:
        """Sign the person out of every browser that was told to remember them."""
        for open_session in self.open(user):
            if open_session.persistent:
                self.end(open_session)

    def open(self, user: User) -> Sequence[UserSession]:
        """Where the person is signed in, the latest sign-in first."""
        return self._session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user.id,
                UserSession.revoked_at.is_(None),
                UserSession.expires_at > self._clock(),
            )
            .order_by(UserSession.created_at.desc(), UserSession.id.desc())
        ).all()
