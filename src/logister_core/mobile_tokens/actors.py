"""Background entry points of mobile tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from logister_core.db.cleanup import delete_in_portions
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.tasks import Task, actor

# So long a dead token is still told from an invented one.
KEPT_AFTER_EXPIRY: Final = timedelta(days=7)


@actor(queue="maintenance", max_retries=3, min_backoff=60_000, max_backoff=600_000, time_limit=600_000)
def remove_expired_tokens(task: Task) -> None:
    """Remove tokens that expired long ago; a second run finds none."""
    before = task.registry.clock() - KEPT_AFTER_EXPIRY
    delete_in_portions(task.engine, MobileIngestToken, MobileIngestToken.expires_at < before)
