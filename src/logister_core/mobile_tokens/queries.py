"""The mobile tokens of a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.api_keys.models import ApiKey
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.projects.models import Project


def live_tokens_of(session: Session, project: Project, *, now: datetime, limit: int) -> Sequence[MobileIngestToken]:
    """Those that open intake, at most `limit`, the newest first; with one for each session there may be many."""
    if project.archived_at is not None:
        return []
    token = MobileIngestToken
    return session.scalars(
        select(token)
        .join(ApiKey, token.api_key_id == ApiKey.id)
        .where(token.project_id == project.id, token.revoked_at.is_(None), token.expires_at > now)
        .where(ApiKey.revoked_at.is_(None))
        .order_by(token.created_at.desc(), token.id.desc())
        .limit(limit)
    ).all()


def token_of(session: Session, project: Project, uuid: UUID) -> MobileIngestToken | None:
    token = MobileIngestToken
    return session.scalar(select(token).where(token.project_id == project.id, token.uuid == uuid))
