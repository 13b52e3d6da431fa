"""Rejected submissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk


class RejectedSubmission(Base):
    """One report for the installation's own project, waiting to be sent.

    `dedup_key` names endpoint, reason, project, token and minute, so that a client which repeats its mistake is
    reported once a minute. `details` becomes `context.client_submission`; it holds no payload values.
    """

    __tablename__ = "rejected_submissions"
    __table_args__ = (Index(None, "project_id"), Index(None, "rejected_at"))

    id: Mapped[big_pk]
    dedup_key: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    reason: Mapped[str]
    status: Mapped[int]
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    details: Mapped[dict[str, Any]]
    rejected_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
