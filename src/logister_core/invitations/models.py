"""Who has been invited to what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.accounts.models import User
from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import one_of
from logister_core.projects.models import MemberRole, Project


class Invitation(Base):
    """Without project and role it is one to have an account."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index(None, "project_id"),
        Index(None, "expires_at"),
        Index(None, "mail_due_at"),
        one_of("role", MemberRole),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    token_digest: Mapped[str] = mapped_column(unique=True)
    # Of the link that whoever invited has seen.
    mailed_digest: Mapped[str | None] = mapped_column(unique=True)
    # Of another one, which only the mail held: who opens it reads the address.
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    role: Mapped[str | None]
    email: Mapped[str]
    # For whom it is meant; may be empty, and binds nobody.
    mail_due_at: Mapped[datetime | None]
    # When its mail is to be sent, of one that is being sent the end of the lease; None: there is none to send.
    mail_attempts: Mapped[int] = mapped_column(default=0)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None]

    project: Mapped[Project | None] = relationship()
    invited_by: Mapped[User | None] = relationship(foreign_keys=[invited_by_id])
    accepted_by: Mapped[User | None] = relationship(foreign_keys=[accepted_by_id])

    @property
    def name(self) -> str:
        """What the audit log calls it."""
        return self.email or "link"
