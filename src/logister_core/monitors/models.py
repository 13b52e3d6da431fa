"""Scheduled jobs that report to us."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.monitors.state import MonitorState, state_at


class CheckInMonitor(Base):
    __tablename__ = "check_in_monitors"
    __table_args__ = (UniqueConstraint("project_id", "slug", "environment"),)

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    slug: Mapped[str]
    environment: Mapped[str]
    expected_interval_seconds: Mapped[int]
    last_check_in_at: Mapped[datetime]
    last_status: Mapped[str]
    last_error_at: Mapped[datetime | None]
    last_event_id: Mapped[int] = mapped_column(BigInteger)
    last_event_uuid: Mapped[UUID]
    recent_runs: Mapped[str] = mapped_column(default="", server_default=text("''"))
    # Of the latest check-ins one letter each, the oldest first: see `transitions`.
    monitoring_paused_at: Mapped[datetime | None]
    notification_state: Mapped[str | None]
    notification_transition_id: Mapped[UUID | None]
    # Names the latest change of state; a queued alert about an older change is dropped.
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def state_at(self, moment: datetime) -> MonitorState:
        return state_at(
            moment,
            last_check_in_at=self.last_check_in_at,
            last_status=self.last_status,
            interval_seconds=self.expected_interval_seconds,
            paused=self.monitoring_paused_at is not None,
        )
