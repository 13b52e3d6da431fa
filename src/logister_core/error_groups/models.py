"""Error groups, the keys that lead to them, and the occurrences that link them to events."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.accounts.models import User
from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import one_of


class GroupStatus(StrEnum):
    UNRESOLVED = "unresolved"
    RESOLVED = "resolved"
    IGNORED = "ignored"
    ARCHIVED = "archived"


def _index(*columns: str, where: str, name: str | None = None) -> Index:
    """An index of the rows of which `where` is true."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def _where_set(column: str) -> Index:
    """An index of the few rows that have a value there."""
    return _index(column, where=f"{column} IS NOT NULL")


_LAST_SEEN = ("project_id", "status", "last_seen_at", "id")
# Lists leave out what was merged into another group.
_SHOWN = "merged_into_id IS NULL"
_CAME_BACK = f"current_regression <> '{{}}' AND {_SHOWN}"
_ASSIGNED = f"assigned_user_id IS NOT NULL AND {_SHOWN}"


class ErrorGroup(Base):
    __tablename__ = "error_groups"
    __table_args__ = (
        _index(*_LAST_SEEN, where=_SHOWN),
        _index("project_id", "status", "first_seen_at", "id", where=_SHOWN),
        _index("project_id", "status", "occurrence_count", "id", where=_SHOWN),
        _where_set("snoozed_until"),
        _where_set("merged_into_id"),
        Index(None, "project_id", "introduced_in_release"),
        # Few groups ever come back, and only their changes cost something; the same goes for those that are assigned.
        _index("project_id", "regressed_in_release", where="regressed_in_release IS NOT NULL"),
        _index(*_LAST_SEEN, where=_CAME_BACK, name="ix_error_groups_came_back"),
        _index("project_id", "assigned_user_id", *_LAST_SEEN[1:], where=_ASSIGNED, name="ix_error_groups_assigned"),
        one_of("status", GroupStatus),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    fingerprint: Mapped[str]
    # The key under which the group was created; the keys that lead here are in error_group_keys.
    grouping_strategy: Mapped[str]
    grouping_facts: Mapped[dict[str, Any]]
    title: Mapped[str]
    subtitle: Mapped[str | None]
    culprit: Mapped[str | None]
    stage: Mapped[str]
    severity: Mapped[str]
    status: Mapped[str] = mapped_column(default=GroupStatus.UNRESOLVED.value)
    occurrence_count: Mapped[int] = mapped_column(default=0)
    # Lifetime counter; retention does not lower it.
    people_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # Different user ids of the same lifetime, up to `people.MOST_PEOPLE`.
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    ignored_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    resolution: Mapped[str | None]
    # Of resolved groups, a `transitions.Resolution`; unset before there were several.
    snooze: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    # Of ignored groups: the condition that ends it (see `snooze`), empty for none.
    snooze_progress: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    # What was counted towards the condition.
    snoozed_until: Mapped[datetime | None]
    # The condition's time, for the sweep that wakes groups.
    reopen_count: Mapped[int] = mapped_column(default=0)
    last_reopened_at: Mapped[datetime | None]
    regression_count: Mapped[int] = mapped_column(default=0)
    # Automatic reopenings only.
    current_regression: Mapped[dict[str, Any]] = mapped_column(default=dict)
    introduced_in_release: Mapped[str | None]
    last_seen_release: Mapped[str | None]
    resolved_in_release: Mapped[str | None]
    regressed_in_release: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(BigInteger)
    # The group this one is a part of. Lists leave such a group out; see `merging`.
    own_share_id: Mapped[int | None] = mapped_column(BigInteger)
    # Of a group that has parts: the hidden one that counts what its own keys bring.
    assigned_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    assigned_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    assigned_at: Mapped[datetime | None]
    latest_event_id: Mapped[int | None] = mapped_column(BigInteger)
    latest_event_uuid: Mapped[UUID | None]
    latest_event_occurred_at: Mapped[datetime | None]
    latest_route: Mapped[str | None]
    # Route or task of that event, kept since lists would look into the partitions of a hundred events for it.
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    assignee: Mapped[User | None] = relationship(foreign_keys=[assigned_user_id])

    @property
    def open(self) -> bool:
        return self.status == GroupStatus.UNRESOLVED


class ErrorGroupKey(Base):
    """Which group a key leads to. A merge points a key at another group, so future events follow."""

    __tablename__ = "error_group_keys"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "key"),
        Index(None, "error_group_id"),
        _where_set("merged_from_id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    key: Mapped[str]
    # At most 512 bytes; longer keys are stored as `sha256:<hex>`, since b-trees refuse wide entries.
    error_group_id: Mapped[int] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"))
    merged_from_id: Mapped[int | None] = mapped_column(BigInteger)
    # The merged group it belongs to; unset: the one it leads to.


class ErrorGroupPerson(Base):
    """Somebody whom a group happened to. Parts of a merged group have their own, the merged one has those of all."""

    __tablename__ = "error_group_people"
    __table_args__ = (PrimaryKeyConstraint("error_group_id", "person"),)

    error_group_id: Mapped[int] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"))
    person: Mapped[int] = mapped_column(BigInteger)
    # Made of the user id, see `people.person_of`.


class ErrorGroupCount(Base):
    """By how much a number of groups that lists show has changed; the sum of all changes is the number.

    Triggers of `error_groups` write the rows, whoever changes groups and however. Rows are only added, so that nobody
    waits for anybody; `counts.sum_up` makes one of many. They refer to no project, because the rows of groups that go
    with their project are written when it is gone already.
    """

    __tablename__ = "error_group_counts"
    __table_args__ = (Index(None, "project_id", "status", "number"),)

    id: Mapped[big_pk]
    project_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]
    number: Mapped[int]


class ErrorGroupText(Base):
    """What searches look at of a group: title, type, place, key and environment with line breaks between them, A to Z
    in small letters. Triggers of `error_groups` write it.

    A group has forty columns, and most of a search's time went into getting past them.
    """

    __tablename__ = "error_group_texts"
    __table_args__ = (Index(None, "project_id"),)

    error_group_id: Mapped[int] = mapped_column(
        ForeignKey("error_groups.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    project_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str]


class ErrorOccurrence(Base):
    """One event counted in a group. The unique constraint is what makes grouping idempotent."""

    __tablename__ = "error_occurrences"
    __table_args__ = (
        UniqueConstraint("error_group_id", "ingest_event_id"),
        Index(None, "error_group_id", "occurred_at", "ingest_event_id"),
        Index(None, "ingest_event_id"),
        _where_set("merged_from_id"),
    )

    id: Mapped[big_pk]
    error_group_id: Mapped[int] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"))
    ingest_event_id: Mapped[int] = mapped_column(BigInteger)
    event_uuid: Mapped[UUID]
    occurred_at: Mapped[datetime]
    merged_from_id: Mapped[int | None] = mapped_column(BigInteger)
    # The merged group whose key counted it; unset: the one it is shown under.
