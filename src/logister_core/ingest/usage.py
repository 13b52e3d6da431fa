"""When keys and mobile tokens were last used, written seldom enough to cost nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from logister_core.api_keys.models import ApiKey
from logister_core.mobile_tokens.models import MobileIngestToken

# The last use is written at most this often.
TOUCH_INTERVAL: Final = timedelta(minutes=5)


class Use(NamedTuple):
    """Of an API key, or of a mobile token and thereby of its parent key."""

    api_key_id: int
    mobile_token_id: int | None = None


def touch(session: Session, uses: Iterable[Use], now: datetime) -> None:
    """Record that the keys and tokens were used now, those of which a recent use is known excepted."""
    used = set(uses)
    _touch(session, ApiKey, {use.api_key_id for use in used}, now)
    _touch(session, MobileIngestToken, {use.mobile_token_id for use in used if use.mobile_token_id is not None}, now)


def _touch(session: Session, model: type[ApiKey | MobileIngestToken], ids: set[int], now: datetime) -> None:
    if not ids:
        return
    session.execute(
        update(model)
        # Sorted, so that two transactions which touch the same rows wait for each other in one order.
        .where(model.id.in_(sorted(ids)), or_(model.last_used_at.is_(None), model.last_used_at < now - TOUCH_INTERVAL))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
