"""Who looked at what a client really sent, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk, public_uuid

DOWNLOAD = "download_unredacted_stored_evidence"


class EvidenceAccessAudit(Base):
    """Rows are only added. They hold nothing of the evidence."""

    __tablename__ = "evidence_access_audits"
    __table_args__ = (Index(None, "project_id", "created_at"),)

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    ingest_event_uuid: Mapped[UUID]
    ingest_event_occurred_at: Mapped[datetime]
    action: Mapped[str]
    reason: Mapped[str]
    request_metadata: Mapped[dict[str, Any]]
    # ip_hmac, which tells whether two requests came from one address but not from which, and user_agent
    created_at: Mapped[datetime]
