"""Projects and who belongs to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.accounts.models import User
from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import JSONValue, one_of


class IntegrationKind(StrEnum):
    """In the order in which the create form offers them."""

    HTTP_API = "http_api"
    PYTHON = "python"
    JAVASCRIPT = "javascript"
    RUBY = "ruby"
    DOTNET = "dotnet"
    CFML = "cfml"
    CLOUDFLARE_PAGES = "cloudflare_pages"
    ANDROID = "android"
    IOS = "ios"

    @property
    def mobile(self) -> bool:
        return self in (IntegrationKind.ANDROID, IntegrationKind.IOS)


class GroupingStrategy(StrEnum):
    STACK = "stack"
    MESSAGE = "message"
    MESSAGE_EXACT = "message_exact"


class MemberRole(StrEnum):
    ADMIN = "admin"
    VIEWER = "viewer"


class Project(Base):
    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("owner_id", "slug"),
        one_of("integration_kind", IntegrationKind),
        one_of("grouping_strategy", GroupingStrategy),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    slug: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    integration_kind: Mapped[str]
    grouping_strategy: Mapped[str] = mapped_column(default=GroupingStrategy.STACK.value)
    public_api_rate_limit_requests_override: Mapped[int | None]
    public_api_rate_limit_period_seconds_override: Mapped[int | None]
    public_api_auth_failure_rate_limit_requests_override: Mapped[int | None]
    # Unset: the installation's limits (settings.intake).
    allowed_origins: Mapped[list[str] | None] = mapped_column(JSONValue)
    # Origins whose pages may send telemetry from a browser; None or empty: none.
    archived_at: Mapped[datetime | None]
    purge_requested_at: Mapped[datetime | None]
    # The tombstone: somebody asked to delete the project for good, and that is never taken back (see `purges`).
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    owner: Mapped[User] = relationship()
    memberships: Mapped[list[ProjectMembership]] = relationship(back_populates="project", passive_deletes=True)

    @property
    def mobile(self) -> bool:
        return IntegrationKind(self.integration_kind).mobile


class ProjectMembership(Base):
    """A person other than the owner who may reach the project."""

    __tablename__ = "project_memberships"
    __table_args__ = (
        UniqueConstraint("project_id", "user_id"),
        Index(None, "user_id"),
        one_of("role", MemberRole),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str]
    created_at: Mapped[datetime]

    project: Mapped[Project] = relationship(back_populates="memberships")
    user: Mapped[User] = relationship()
