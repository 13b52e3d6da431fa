"""Whom the provider means, and what its groups gave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logister_core.db.base import Base, big_pk


class OIDCIdentity(Base):
    """`subject` is the provider's name for the person, which stays when their address changes."""

    __tablename__ = "oidc_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index(None, "user_id"))

    id: Mapped[big_pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    issuer: Mapped[str]
    subject: Mapped[str]
    granted: Mapped[dict[str, Any]]
    # `administrator`: true, and `projects`: uuids; groups take back what they gave and nothing else.
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
