"""What can be done with mobile tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from logister_core.api_keys.changes import forget_keys_after_commit
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.mobile_tokens.schemas import WantedToken
from logister_core.security.tokens import digest

if TYPE_CHECKING:
    from logister_core.types import Request

# Unlike that of API keys it cannot be chosen: apps are shipped with what they expect.
PREFIX: Final = "logister_mobile"
TOKEN_BYTES: Final = 32


class MobileTokenService:
    """`on_change` is called when a token stops working, so that intake forgets what it remembers of it."""

    def __init__(
        self, session: Session, clock: Callable[[], datetime], on_change: Callable[[], None] | None = None
    ) -> None:
        self._session = session
        self._clock = clock
        self._on_change = on_change

    @classmethod
    def from_request(cls, context: object, request: Request) -> MobileTokenService:
        return cls(request.db, request.registry.clock, forget_keys_after_commit(request))

    def mint(self, project_id: int, api_key_id: int, wanted: WantedToken) -> tuple[MobileIngestToken, str]:
        """A new row and its token, which exists nowhere else: tell it now or never."""
        token = f"{PREFIX}_{secrets.token_hex(TOKEN_BYTES)}"
        now = self._clock()
        minted = MobileIngestToken(
            project_id=project_id,
            api_key_id=api_key_id,
            token_digest=digest(token),
            platform=wanted.platform,
            service=wanted.service,
            environment=wanted.environment,
            release=wanted.release,
            session_id=wanted.session_id,
            allowed_event_types=list(wanted.allowed_event_types),
            expires_at=now + wanted.life,
            created_at=now,
            updated_at=now,
        )
        self._session.add(minted)
        self._session.flush()
        return minted, token

    def revoke(self, token: MobileIngestToken) -> None:
        """Refuse the token from now on. Repeating it changes nothing."""
        if token.revoked_at is not None:
            return
        token.revoked_at = token.updated_at = self._clock()
        if self._on_change is not None:
            self._on_change()
