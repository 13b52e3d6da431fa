"""What was seen of a release."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk


class ProjectRelease(Base):
    """Folded from events that name a release, spans excepted. Retention does not lower the numbers."""

    __tablename__ = "project_releases"
    __table_args__ = (
        UniqueConstraint("project_id", "release"),
        Index(None, "project_id", "first_seen_at", "id"),
    )

    id: Mapped[big_pk]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    release: Mapped[str]
    # Cut, see `projection.RELEASE_LENGTH`.
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    # By when the events happened.
    events: Mapped[int] = mapped_column(BigInteger)
    errors: Mapped[int] = mapped_column(BigInteger)
