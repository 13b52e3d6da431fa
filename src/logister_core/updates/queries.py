"""What the bell shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, literal, select

from logister_core.accounts.administrators import administers
from logister_core.projects.models import Project
from logister_core.updates.models import KnownRelease, UserNotificationDismissal
from logister_core.updates.versions import current_version, version

if TYPE_CHECKING:
    from logister_core.types import Request

PREFIX = "release_update:"


@dataclass(frozen=True, slots=True)
class BellEntry:
    """`note` and `href`, which leads to another site, may be empty."""

    key: str
    title: str
    what: str
    note: str
    text: str
    href: str


def bell_entries(request: Request) -> list[BellEntry]:
    """For those who can do something about it: application administrators, and owners of a project.

    One statement, and none as long as no repository is configured.
    """
    settings, user = request.settings.updates, request.user
    if user is None or settings.repository is None or not settings.checks_enabled:
        return []
    dismissed = exists().where(
        UserNotificationDismissal.user_id == user.id,
        UserNotificationDismissal.notification_key == literal(PREFIX) + KnownRelease.version,
    )
    query = select(KnownRelease).where(KnownRelease.repository == settings.repository, ~dismissed)
    if not administers(user, request.settings.product.admin_emails):
        query = query.where(exists().where(Project.owner_id == user.id))
    release = request.db.scalar(query)
    latest = version(release.version) if release else None
    current = current_version(settings.release)
    if release is None or latest is None or current is None or latest <= current:
        return []
    return [
        BellEntry(
            key=f"{PREFIX}{release.version}",
            title="Update available",
            what=f"Logister {release.version}",
            note=release.title,
            text=f"This installation runs {current.text}.",
            href=release.url,
        )
    ]
