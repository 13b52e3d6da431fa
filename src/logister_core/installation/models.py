"""The installation: the one row that describes it, what administrators saved, and how far its set-up is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk
from logister_core.db.types import one_of


class Installation(Base):
    """Exactly one row, id 1, made by the first migration; locking it serialises the first administrator's claim.

    No foreign key leads here: on SQLite the table is made anew when it gets another one.
    """

    __tablename__ = "installations"

    id: Mapped[int] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime | None]
    claimed_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    # The first administrator came through /setup, and sees to the installation before anything else.
    onboarding_required: Mapped[bool] = mapped_column(default=False, server_default=false())
    completed_at: Mapped[datetime | None]
    # Grows with every change of what is saved, so that processes see it with one look.
    settings_version: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    self_monitoring_project_id: Mapped[int | None] = mapped_column(
        ForeignKey("projects.id", ondelete="SET NULL"), unique=True
    )
    self_monitoring_api_key_id: Mapped[int | None] = mapped_column(
        ForeignKey("api_keys.id", ondelete="SET NULL"), unique=True
    )


class InstanceSetting(Base):
    """One saved value. Encrypted whether it is a secret or not; see `saved_values`."""

    __tablename__ = "instance_settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    encrypted_value: Mapped[str]
    updated_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class InstanceSettingChange(Base):
    """What happened to a setting, or to a page of them (`section.<name>`). `details` never hold values."""

    __tablename__ = "instance_setting_changes"
    __table_args__ = (Index(None, "key", "created_at"),)

    id: Mapped[big_pk]
    key: Mapped[str]
    action: Mapped[str]
    source: Mapped[str] = mapped_column(default="admin_ui")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    request_id: Mapped[str]
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class StepStatus(StrEnum):
    PENDING = "pending"
    CONFIGURED = "configured"
    VERIFIED = "verified"
    SKIPPED = "skipped"


class InstallationStep(Base):
    """How far one page of settings is."""

    __tablename__ = "installation_steps"
    __table_args__ = (UniqueConstraint("installation_id", "key"), one_of("status", StepStatus))

    id: Mapped[big_pk]
    installation_id: Mapped[int] = mapped_column(default=1)
    key: Mapped[str]
    status: Mapped[str] = mapped_column(default=StepStatus.PENDING.value)
    configuration_fingerprint: Mapped[str] = mapped_column(default="")
    # Of the values that were verified.
    last_verified_at: Mapped[datetime | None]
    last_verified_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
