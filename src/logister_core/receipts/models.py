"""What arrived on one day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base


class ProjectDay(Base):
    """Days are those of UTC, by when the events were accepted. Retention does not lower the numbers."""

    __tablename__ = "project_days"
    __table_args__ = (PrimaryKeyConstraint("project_id", "day"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    day: Mapped[date]
    errors: Mapped[int] = mapped_column(BigInteger)
    activity: Mapped[int] = mapped_column(BigInteger)
    # All other events; spans are counted apart.
    spans: Mapped[int] = mapped_column(BigInteger)
    last_received_at: Mapped[datetime]
