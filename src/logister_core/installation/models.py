"""The one row that describes this installation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base


class Installation(Base):
    """Exactly one row, id 1, made by the first migration; locking it serialises the first administrator's claim."""

    __tablename__ = "installations"

    id: Mapped[int] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime | None]
    claimed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
