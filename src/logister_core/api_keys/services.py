"""What can be done with API keys."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.api_keys.changes import forget_keys_after_commit
from logister_core.api_keys.models import ApiKey
from logister_core.errors import Refused
from logister_core.projects.models import Project
from logister_core.security.inputs import one_line
from logister_core.security.tokens import digest
from logister_core.settings import Settings

if TYPE_CHECKING:
    from logister_core.types import Request

NAME_LENGTH = 100
TOKEN_BYTES = 24


class ApiKeyService:
    """`on_change` is called when a key stops working, so that intake forgets what it remembers of it."""

    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        settings: Settings,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._session = session
        self._clock = clock
        self._settings = settings
        self._on_change = on_change

    @classmethod
    def from_request(cls, context: object, request: Request) -> ApiKeyService:
        return cls(request.db, request.registry.clock, request.settings, forget_keys_after_commit(request))

    def create(self, project: Project, user: User | None, *, name: str) -> tuple[ApiKey, str]:
        """A new key and its token, which exists nowhere else: show it now or never.

        The token is the prefix of the settings, an underscore and 48 hex digits. Raises `Refused` with problems by
        field: name, or "" when the project is archived.
        """
        name = one_line(name)
        if project.archived_at is not None:
            raise Refused({"": "Project is archived. Restore it to make new keys."})
        if not name:
            raise Refused({"name": "Give the key a name, for example the program that will use it."})
        if len(name) > NAME_LENGTH:
            raise Refused({"name": f"A name has at most {NAME_LENGTH} characters."})
        token = f"{self._settings.product.api_key_prefix}_{secrets.token_hex(TOKEN_BYTES)}"
        now = self._clock()
        key = ApiKey(
            project_id=project.id,
            user_id=None if user is None else user.id,
            name=name,
            token_digest=digest(token),
            created_at=now,
            updated_at=now,
        )
        self._session.add(key)
        self._session.flush()
        return key, token

    def revoke(self, key: ApiKey) -> None:
        """Refuse the key from now on. Repeating it changes nothing."""
        if key.revoked_at is not None:
            return
        key.revoked_at = key.updated_at = self._clock()
        if self._on_change is not None:
            self._on_change()
