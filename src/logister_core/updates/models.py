"""What is known of newer releases, and who wants to hear no more of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk


class KnownRelease(Base):
    """The latest release of a repository, as of the last check that succeeded."""

    __tablename__ = "known_releases"

    repository: Mapped[str] = mapped_column(primary_key=True)
    # `owner/name`
    version: Mapped[str]
    # Without a leading v.
    title: Mapped[str]
    # What the release is called besides its version; often empty.
    url: Mapped[str]
    # https, or empty.
    checked_at: Mapped[datetime]


class UserNotificationDismissal(Base):
    """One person has dismissed one entry of the bell."""

    __tablename__ = "user_notification_dismissals"
    __table_args__ = (UniqueConstraint("user_id", "notification_key"),)

    id: Mapped[big_pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    notification_key: Mapped[str]
    dismissed_at: Mapped[datetime]
