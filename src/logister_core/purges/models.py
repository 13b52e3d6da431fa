"""The ledger of deletions. A row survives its project and tells what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import JSONValue, one_of


class PurgeStatus(StrEnum):
    REQUESTED = "requested"
    # The project is a tombstone: archived, its keys revoked, never to be restored.
    RUNNING = "running"
    FAILED = "failed"
    COMPLETED = "completed"

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS = {
    PurgeStatus.REQUESTED: "requested",
    PurgeStatus.RUNNING: "in progress",
    PurgeStatus.FAILED: "stopped by an error",
    PurgeStatus.COMPLETED: "completed",
}


class ProjectPurge(Base):
    __tablename__ = "project_purges"
    __table_args__ = (Index(None, "status", "due_at"), one_of("status", PurgeStatus))

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    # No foreign key: the number is needed for as long as anything of the project is left.
    project_uuid: Mapped[UUID] = mapped_column(Uuid())
    project_name: Mapped[str]
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    status: Mapped[str] = mapped_column(default=PurgeStatus.REQUESTED.value)
    attempts: Mapped[int] = mapped_column(default=0)
    # Runs that failed in a row.
    due_at: Mapped[datetime]
    # When it may be worked on (again); while somebody works on it, the end of their lease.
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    removed: Mapped[dict[str, int]] = mapped_column(JSONValue, default=dict)
    # How many rows are gone, by what they are (see `purges.portions`).
