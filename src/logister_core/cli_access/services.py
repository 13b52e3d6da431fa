"""What can be done with CLI tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager

from logister_core.accounts.models import User
from logister_core.cli_access.models import CliAccessToken
from logister_core.cli_access.queries import is_active
from logister_core.security.tokens import digest

if TYPE_CHECKING:
    from logister_core.types import Request

LIFE: Final = timedelta(days=30)
TOKEN_BYTES: Final = 32


class CliTokens:
    """`prefix` is how new tokens begin; older ones may begin otherwise."""

    def __init__(self, session: Session, clock: Callable[[], datetime], prefix: str) -> None:
        self._session = session
        self._clock = clock
        self._prefix = prefix

    @classmethod
    def from_request(cls, context: object, request: Request) -> CliTokens:
        return cls(request.db, request.registry.clock, request.settings.cli.token_prefix)

    def grant(
        self, user: User, *, name: str, scopes: Sequence[str], all_projects: bool, project_uuids: Sequence[str]
    ) -> tuple[CliAccessToken, str]:
        """A new row and its token, which exists nowhere else: tell it now or never."""
        plain = f"{self._prefix}_{secrets.token_hex(TOKEN_BYTES)}"
        now = self._clock()
        token = CliAccessToken(
            user_id=user.id,
            name=name,
            token_digest=digest(plain),
            scopes=list(scopes),
            all_projects=all_projects,
            project_uuids=[] if all_projects else list(project_uuids),
            expires_at=now + LIFE,
            created_at=now,
        )
        self._session.add(token)
        self._session.flush()
        return token, plain

    def find(self, plain: str) -> CliAccessToken | None:
        """The active token with its user loaded. None for all others: nobody learns which were good once."""
        return self._session.scalar(
            select(CliAccessToken)
            .join(CliAccessToken.user)
            .options(contains_eager(CliAccessToken.user))
            .where(CliAccessToken.token_digest == digest(plain), is_active(self._clock()))
        )

    def revoke(self, token: CliAccessToken) -> bool:
        """Refuse the token from now on; whether it was good until then."""
        now = self._clock()
        if token.revoked_at is not None or token.expires_at <= now:
            return False
        token.revoked_at = now
        return True

    def revoke_all(self, user: User) -> int:
        """Refuse every token of theirs; how many were good until then."""
        now = self._clock()
        statement: Any = (
            update(CliAccessToken)
            .where(CliAccessToken.user_id == user.id, is_active(now))
            .values(revoked_at=now)
            .returning(CliAccessToken.id)
        )
        return len(self._session.execute(statement).all())
