"""Mobile ingest tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.api_keys.models import ApiKey
from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import JSONValue, one_of
from logister_core.projects.models import Project


class MobilePlatform(StrEnum):
    ANDROID = "android"
    IOS = "ios"


class MobileIngestToken(Base):
    """What a token may send: its bindings are written into every event, and contradicting them is refused.

    It dies by expiry, by its own revocation, with its parent key, and with the project's archive.
    """

    __tablename__ = "mobile_ingest_tokens"
    __table_args__ = (
        Index(None, "project_id"),
        Index(None, "api_key_id"),
        Index(None, "expires_at"),
        one_of("platform", MobilePlatform),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"))
    token_digest: Mapped[str] = mapped_column(unique=True)
    # SHA-256 of the token, lower-case hex; the token itself is shown once.
    platform: Mapped[str]
    service: Mapped[str]
    environment: Mapped[str]
    release: Mapped[str | None]
    session_id: Mapped[str | None]
    allowed_event_types: Mapped[list[str]] = mapped_column(JSONValue)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    project: Mapped[Project] = relationship()
    api_key: Mapped[ApiKey] = relationship()
