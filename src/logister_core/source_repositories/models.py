"""Where the source of a project lives, so that frames can link to it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk, public_uuid
from logister_core.db.types import one_of


class Provider(StrEnum):
    """In the order in which the form offers them."""

    GITHUB = "github"
    GITLAB = "gitlab"
    TEMPLATE = "template"
    # Any other host, by an address with places to fill in.


class SourceRepository(Base):
    """One repository of a project. Addresses are made of it; nothing is ever fetched from it."""

    __tablename__ = "source_repositories"
    __table_args__ = (
        UniqueConstraint("project_id", "full_name"),
        one_of("provider", Provider),
    )

    id: Mapped[big_pk]
    uuid: Mapped[public_uuid]
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    provider: Mapped[str]
    full_name: Mapped[str]
    # `owner/name`; on GitLab also `group/subgroup/name`
    web_url: Mapped[str]
    # The host, as `https://github.com`; empty for templates.
    link_template: Mapped[str]
    # As `https://git.example.com/shop/src/{ref}/{path}#L{line}`; empty for the others.
    default_branch: Mapped[str]
    runtime_root: Mapped[str]
    # What frames have before the path inside the repository, as `/srv/app`; empty: nothing.
    source_root: Mapped[str]
    # The folder of the repository that is deployed, as `apps/web`; empty: all of it.
    enabled: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
