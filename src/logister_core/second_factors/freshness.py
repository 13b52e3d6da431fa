"""Who is at the browser now: changes of how somebody signs in need a proof that is minutes old."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from logister_core.types import Request

FRESH_FOR: Final = timedelta(minutes=15)


def fresh(request: Request) -> bool:
    """Whether the person signed in, or entered the password again, a moment ago."""
    session = request.user_session
    if session is None:
        return False
    return request.now - max(session.created_at, session.reauthenticated_at or session.created_at) < FRESH_FOR
