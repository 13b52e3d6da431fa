"""People and their signed-in sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.db.base import Base, big_pk, public_uuid


class User(Base):
    __tablename__ = "users"
    __table_args__ = (Index(None, "confirmation_digest", unique=True), Index(None, "reset_digest", unique=True))

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    email: Mapped[str] = mapped_column(unique=True)
    # Always lower case: the address is the name people sign in with.
    name: Mapped[str]
    password_hash: Mapped[str]
    application_admin: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    admitted_at: Mapped[datetime | None]
    # When an invitation let them in. They may sign in before the address is confirmed, and no more than that.
    unconfirmed_email: Mapped[str | None]
    # The address that takes the place of `email` when its owner opens the link sent there.
    confirmation_digest: Mapped[str | None]
    # Of the link's token, see `links`; kept when it was used, so that using it again can be told from guessing.
    confirmation_sent_at: Mapped[datetime | None]
    reset_digest: Mapped[str | None]
    # Of the link to choose a new password; gone when it was used and when address or password changed.
    reset_sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    sessions: Mapped[list[UserSession]] = relationship(back_populates="user", passive_deletes=True)

    @property
    def may_sign_in(self) -> bool:
        return self.confirmed_at is not None or self.admitted_at is not None

    @property
    def pending_email(self) -> str | None:
        """The address that waits to be confirmed."""
        return self.unconfirmed_email or (self.email if self.confirmed_at is None else None)

    @property
    def display_name(self) -> str:
        return self.name or self.email


class UserSession(Base):
    """One signed-in browser. The cookie holds a random token; only its SHA-256 is stored."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_digest: Mapped[str] = mapped_column(unique=True)
    persistent: Mapped[bool] = mapped_column(default=False)
    ip: Mapped[str]
    user_agent: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    reauthenticated_at: Mapped[datetime | None]
    # When the person last entered the password again.

    user: Mapped[User] = relationship(back_populates="sessions")
