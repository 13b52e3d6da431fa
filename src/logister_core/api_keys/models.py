"""Keys with which clients send telemetry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.projects.models import Project


class ApiKey(Base):
    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "project_id"),)

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    # The person who made the key.
    name: Mapped[str]
    token_digest: Mapped[str] = mapped_column(unique=True)
    # SHA-256 of the token, lower-case hex. The token itself is shown once and never stored.
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    project: Mapped[Project] = relationship()
