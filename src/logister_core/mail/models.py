"""Mails that are owed to people with accounts, or with what they take for one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk
from logister_core.db.types import one_of


class MailKind(StrEnum):
    CONFIRMATION = "confirmation"
    RESET = "reset"
    # Somebody signed up with an address that has an account.
    ALREADY_REGISTERED = "already_registered"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no password
    EMAIL_CHANGED = "email_changed"
    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_MADE = "codes_made"
    # By an administrator, or on the server.
    FACTORS_RESET = "factors_reset"


class AccountMail(Base):
    """Gone once it was sent. `given_up_at`: it will not be tried again, and stays a while to be looked at."""

    __tablename__ = "account_mails"
    __table_args__ = (Index(None, "due_at"), Index(None, "user_id"), one_of("kind", MailKind))

    id: Mapped[big_pk]
    kind: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    # None when whoever asked has named an address alone; whose it is, is found out when the mail is sent.
    address: Mapped[str | None]
    # None for what goes to the person's address of the moment.
    due_at: Mapped[datetime]
    # Of a mail that is being sent the end of the lease.
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    given_up_at: Mapped[datetime | None]
