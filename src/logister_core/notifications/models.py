"""What people are owed a notice about, written in the transaction that caused it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk
from logister_core.db.types import one_of


class IntentKind(StrEnum):
    FIRST_OCCURRENCE = "first_occurrence"
    REGRESSION = "regression"
    ERROR_MILESTONE = "error_milestone"
    ASSIGNMENT = "assignment"
    STATUS_CHANGE = "status_change"
    MONITOR_MISSED = "monitor_missed"
    MONITOR_RECOVERED = "monitor_recovered"
    RELEASE_SUMMARY = "release_summary"


class NotificationIntent(Base):
    """Insert-if-absent by `dedup_key`, so that a projection that runs twice owes one notice."""

    __tablename__ = "notification_intents"
    __table_args__ = (
        Index(None, "project_id"),
        Index(None, "error_group_id"),
        Index(None, "check_in_monitor_id"),
        Index(None, "project_deployment_id"),
        one_of("kind", IntentKind),
    )

    id: Mapped[big_pk]
    kind: Mapped[str]
    dedup_key: Mapped[str] = mapped_column(unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    error_group_id: Mapped[int | None] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"))
    check_in_monitor_id: Mapped[int | None] = mapped_column(ForeignKey("check_in_monitors.id", ondelete="CASCADE"))
    project_deployment_id: Mapped[int | None] = mapped_column(ForeignKey("project_deployments.id", ondelete="CASCADE"))
    # One of the three is what the notice is about.
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class NotificationEvaluation(Base):
    """How often a known group came back within one UTC hour; input of the frequent-error rule."""

    __tablename__ = "notification_evaluations"
    __table_args__ = (UniqueConstraint("error_group_id", "hour_bucket"),)

    id: Mapped[big_pk]
    error_group_id: Mapped[int] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"))
    hour_bucket: Mapped[str]
    # YYYYMMDDHH of the event's time
    observation_count: Mapped[int]
    evaluate_after: Mapped[datetime]
