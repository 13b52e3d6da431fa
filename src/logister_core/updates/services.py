"""Looking for a newer release, and dismissing the news of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.db.sessions import write_transaction
from logister_core.db.upsert import insert_for
from logister_core.errors import Refused
from logister_core.outgoing import FAILURES, reason
from logister_core.updates.github import GITHUB, latest_release
from logister_core.updates.models import KnownRelease, UserNotificationDismissal

if TYPE_CHECKING:
    from logister_core.settings import UpdateSettings
    from logister_core.types import Request

logger = logging.getLogger(__name__)

_KEY: Final = re.compile(r"[A-Za-z0-9:._-]{1,200}")


def check(engine: Engine, settings: UpdateSettings, clock: Callable[[], datetime], base: str = GITHUB) -> None:
    """Write down the latest release. When it cannot be had, what was known stays; tomorrow is another day."""
    if settings.repository is None or not settings.checks_enabled:
        return
    try:
        release = latest_release(settings.repository, settings.github_token, base)
    except FAILURES as error:
        logger.info("updates.check_failed repository=%s reason=%s", settings.repository, reason(error))
        return
    values = {
        "version": release.version.text,
        "title": release.title,
        "url": release.url,
        "checked_at": clock(),
    }
    with write_transaction(engine) as db:
        statement = insert_for(db, KnownRelease).values(repository=settings.repository, **values)
        db.execute(statement.on_conflict_do_update(index_elements=[KnownRelease.repository], set_=values))


class Dismissals:
    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    def from_request(cls, context: object, request: Request) -> Dismissals:
        return cls(request.db, request.registry.clock)

    def dismiss(self, user: User, key: object) -> None:
        """The entry with that key is gone for this person; again changes nothing. Raises `Refused` for a bad key."""
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise Refused({"notification_key": "A notification key has 1 to 200 letters, digits, or one of : . _ -"})
        statement = insert_for(self._session, UserNotificationDismissal).values(
            user_id=user.id, notification_key=key, dismissed_at=self._clock()
        )
        self._session.execute(statement.on_conflict_do_nothing())
