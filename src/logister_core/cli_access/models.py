"""CLI tokens, and the logins by which they are asked for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.accounts.models import User
from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import JSONValue, one_of


class LoginStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    CONSUMED = "consumed"
    # The program has its token.


class CliAccessToken(Base):
    """What a program may read in the name of its user; never more than the user can at that moment."""

    __tablename__ = "cli_access_tokens"
    __table_args__ = (Index(None, "user_id", "expires_at"), Index(None, "user_id", "revoked_at"))

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    token_digest: Mapped[str] = mapped_column(unique=True)
    # SHA-256 of the token, lower-case hex; the token itself is told once.
    scopes: Mapped[list[str]] = mapped_column(JSONValue)
    all_projects: Mapped[bool]
    # Also those that the user comes to later.
    project_uuids: Mapped[list[str]] = mapped_column(JSONValue)
    # Otherwise these. No numbers of rows: SQLite gives that of a deleted project to the next one.
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class CliDeviceAuthorization(Base):
    """A login that a program began and a person decides in a browser. Good for ten minutes, kept for a day more."""

    __tablename__ = "cli_device_authorizations"
    __table_args__ = (
        Index(None, "status", "expires_at"),
        Index(None, "expires_at"),
        Index(None, "user_id"),
        Index(None, "token_id"),
        one_of("status", LoginStatus),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    device_code_digest: Mapped[str] = mapped_column(unique=True)
    # Of what only the program knows.
    user_code_digest: Mapped[str] = mapped_column(unique=True)
    # Of what it shows to the person, without the dash.
    client_name: Mapped[str]
    ip: Mapped[str]
    # Where the program is, for the person to compare.
    status: Mapped[str] = mapped_column(default=LoginStatus.PENDING.value)
    requested_scopes: Mapped[list[str]] = mapped_column(JSONValue)
    approved_all_projects: Mapped[bool] = mapped_column(default=False)
    approved_project_uuids: Mapped[list[str]] = mapped_column(JSONValue, default=list)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    # Who decided.
    token_id: Mapped[int | None] = mapped_column(ForeignKey("cli_access_tokens.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    denied_at: Mapped[datetime | None]
    consumed_at: Mapped[datetime | None]
    last_polled_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        """What the audit log calls it."""
        return self.client_name
