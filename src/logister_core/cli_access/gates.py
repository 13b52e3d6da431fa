"""Who reads: the fixed order of checks before anything is read (specification, read API chapter §2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, update
from sqlalchemy.exc import OperationalError

from logister_core.cli_access.errors import InsufficientScope, QueryTimeout, Unauthorized
from logister_core.cli_access.limits import count_address, count_token
from logister_core.cli_access.models import CliAccessToken
from logister_core.cli_access.services import CliTokens
from logister_core.db.deadline import limit_statements, ran_out
from logister_core.db.sessions import write_transaction

if TYPE_CHECKING:
    from logister_core.types import Request

_BEARER: Final = "Bearer "
# The last use is written at most this often.
TOUCH_INTERVAL: Final = timedelta(minutes=5)


@contextmanager
def reading(request: Request, *scopes: str) -> Iterator[CliAccessToken]:
    """Around everything that is read with a token that has all of `scopes`. Raises `ReadError`.

    Address, token, its limit, the time that the database may take, scopes. Only a request that comes to a good end
    counts as a use of the token.
    """
    count_address(request)
    token = _presented(request)
    count_token(request, token)
    try:
        limit_statements(request.db, request.settings.cli.statement_timeout)
        if not set(scopes) <= set(token.scopes):
            raise InsufficientScope(scopes)
        yield token
    except OperationalError as error:
        if ran_out(error):
            raise QueryTimeout from error
        raise
    _touch_after_commit(request, token)


def _presented(request: Request) -> CliAccessToken:
    """Neither cookies nor other headers are looked at."""
    header = request.headers.get("Authorization", "")
    token: CliAccessToken | None = None
    if header.startswith(_BEARER):
        token = request.find_service(CliTokens).find(header.removeprefix(_BEARER).strip())
    if token is None:
        raise Unauthorized
    return token


def _touch_after_commit(request: Request, token: CliAccessToken) -> None:
    """In a transaction of its own: reading needs no other that writes, and mostly there is nothing to write."""
    engine, now = request.registry.engine, request.now
    if token.last_used_at is not None and token.last_used_at >= now - TOUCH_INTERVAL:
        return

    def touch(committed: bool) -> None:
        if not committed:
            return
        long_ago = or_(CliAccessToken.last_used_at.is_(None), CliAccessToken.last_used_at < now - TOUCH_INTERVAL)
        with write_transaction(engine) as db:
            db.execute(
                update(CliAccessToken)
                .where(CliAccessToken.id == token.id, long_ago)
                .values(last_used_at=now)
                .execution_options(synchronize_session=False)
            )

    request.tm.get().addAfterCommitHook(touch)
