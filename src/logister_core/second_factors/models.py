"""What somebody has set up, and sign-ins that are half done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, BigID, big_pk, public_uuid


class AuthenticatorApp(Base):
    """At most one of a person. Without `confirmed_at` it was begun and proves nothing."""

    __tablename__ = "authenticator_apps"

    id: Mapped[big_pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    sealed_secret: Mapped[str]
    # Encrypted with a key derived from the installation's secret.
    last_step: Mapped[int] = mapped_column(BigID, default=0)
    # The time step of the last code that was taken; none is taken twice.
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of a set, by the SHA-256 of person and code."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[big_pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A credential of WebAuthn; there is nothing secret in it."""

    __tablename__ = "passkeys"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    credential_id: Mapped[str] = mapped_column(unique=True)
    # Both in base64url without padding, as browsers write them.
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigID)
    # Grows with each use; stays 0 on devices that share their passkeys.
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SignInStep(Base):
    """Something begun by a browser that holds the token: good for one purpose, once, for minutes."""

    __tablename__ = "sign_in_steps"
    __table_args__ = (Index(None, "expires_at"), Index(None, "user_id"))

    id: Mapped[big_pk]
    token_digest: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    data: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
