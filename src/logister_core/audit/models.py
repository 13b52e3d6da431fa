"""What was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk, public_uuid


class AuditEntry(Base):
    """Written once, never changed. It outlives whom and what it tells of, hence the copies of addresses and names."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "action", "id"),
        Index(None, "actor_email", "id"),
        Index(None, "subject_label", "id"),
        Index(None, "made_at"),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    action: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor_email: Mapped[str]
    # Empty when nobody was signed in, and for commands on the server.
    subject_kind: Mapped[str]
    # What it was done to: user, project, api_key, …; empty when the action says it all.
    subject_uuid: Mapped[UUID | None]
    subject_label: Mapped[str]
    ip: Mapped[str]
    details: Mapped[dict[str, Any]]
    # Names and plain values, never a secret.
    made_at: Mapped[datetime]
