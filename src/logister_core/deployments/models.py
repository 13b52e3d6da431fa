"""Which commit of which repository a release is, and when it went out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import one_of


class DeploymentSource(StrEnum):
    API = "api"
    TELEMETRY = "telemetry"
    MANUAL = "manual"


class ProjectDeployment(Base):
    __tablename__ = "project_deployments"
    __table_args__ = (
        UniqueConstraint("project_id", "repository_full_name", "environment", "release"),
        Index(None, "project_id", "deployed_at"),
        one_of("source", DeploymentSource),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(default="github")
    repository_full_name: Mapped[str]
    environment: Mapped[str]
    release: Mapped[str]
    commit_sha: Mapped[str]
    branch: Mapped[str | None]
    deployed_at: Mapped[datetime]
    source: Mapped[str]
    details: Mapped[dict[str, Any]]
    # pull request, release and workflow links (specification, ingest chapter §10.4)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
