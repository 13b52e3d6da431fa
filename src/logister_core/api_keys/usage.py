"""When a key was last used, written seldom enough to cost nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from logister_core.api_keys.models import ApiKey

# The last use is written at most this often.
TOUCH_INTERVAL = timedelta(minutes=5)


def touch(session: Session, api_key_ids: Iterable[int], now: datetime) -> None:
    """Record that the keys were used now, those of which a recent use is known excepted."""
    # Sorted, so that two transactions which touch the same keys wait for each other in one order.
    used = sorted(set(api_key_ids))
    if not used:
        return
    session.execute(
        update(ApiKey)
        .where(ApiKey.id.in_(used), or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - TOUCH_INTERVAL))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
