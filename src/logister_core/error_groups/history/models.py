"""Changes of groups, as rows that know what was there before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.accounts.models import User
from logister_core.db.base import Base, big_pk
from logister_core.db.types import one_of


class ChangeKind(StrEnum):
    RESOLVE = "resolve"
    IGNORE = "ignore"
    ARCHIVE = "archive"
    REOPEN = "reopen"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    # To a person or to nobody.
    MERGE = "merge"
    # Of the group that others became part of.
    MERGED = "merged"
    # Of a group that became part of another one.
    UNMERGE = "unmerge"
    UNMERGED = "unmerged"
    LINK = "link"
    UNLINK = "unlink"
    REGRESS = "regress"
    # By an occurrence after it was closed.
    WAKE = "wake"
    # By the end of its snooze.


class ErrorGroupChange(Base):
    """One action on one group; an action on several groups has a row for each, under the same `action_uuid`."""

    __tablename__ = "error_group_changes"
    __table_args__ = (
        Index(None, "error_group_id", "id"),
        Index(None, "action_uuid"),
        one_of("kind", ChangeKind),
    )

    id: Mapped[big_pk]
    action_uuid: Mapped[UUID]
    error_group_id: Mapped[int] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    # Unset: the server, or somebody whose account is gone.
    kind: Mapped[str]
    before: Mapped[dict[str, Any]]
    # Column -> value, as `recording.stored` writes them; only of columns that the change touched.
    after: Mapped[dict[str, Any]]
    details: Mapped[dict[str, Any]]
    # What the words about it need beside that: names, releases.
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()
