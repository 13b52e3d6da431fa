"""The keys of a project."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.api_keys.models import ApiKey
from logister_core.projects.models import Project


def keys_of(session: Session, project: Project) -> Sequence[ApiKey]:
    """Active ones first, then by age, the newest first."""
    return session.scalars(
        select(ApiKey)
        .where(ApiKey.project_id == project.id)
        .order_by(ApiKey.revoked_at.is_not(None), ApiKey.created_at.desc(), ApiKey.id.desc())
    ).all()


def key_of(session: Session, project: Project, uuid: UUID) -> ApiKey | None:
    return session.scalar(select(ApiKey).where(ApiKey.project_id == project.id, ApiKey.uuid == uuid))
