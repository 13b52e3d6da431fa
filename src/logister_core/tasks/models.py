"""When recurring jobs last ran. In the database, so that a slot runs once with any number of processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base


class RecurringJobState(Base):
    __tablename__ = "recurring_jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime]
    # The latest occurrence that was handed out.
    lease_expires_at: Mapped[datetime]
    # Handed out again after this unless completed: the message or its worker was lost.
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
