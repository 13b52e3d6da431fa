"""Addresses of issues and pull requests, attached to groups."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logister_core.accounts.models import User
from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import one_of


class LinkType(StrEnum):
    ISSUE = "issue"
    PULL_REQUEST = "pull_request"


class ErrorGroupLink(Base):
    __tablename__ = "error_group_external_links"
    __table_args__ = (UniqueConstraint("error_group_id", "url"), one_of("link_type", LinkType))

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    error_group_id: Mapped[int] = mapped_column(ForeignKey("error_groups.id", ondelete="CASCADE"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    provider: Mapped[str] = mapped_column(default="github")
    link_type: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    repository_full_name: Mapped[str]
    external_id: Mapped[str]
    # The number of the issue, pull request or merge request.
    created_at: Mapped[datetime]

    created_by: Mapped[User | None] = relationship()

    @property
    def word(self) -> str:
        if self.link_type == LinkType.ISSUE:
            return "Issue"
        return "Merge request" if self.provider == "gitlab" else "Pull request"
