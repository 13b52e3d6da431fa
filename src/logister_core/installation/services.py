"""The first administrator's claim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.accounts.services import UserService
from logister_core.errors import LogisterError
from logister_core.installation.models import Installation

if TYPE_CHECKING:
    from logister_core.types import Request


class AlreadyClaimed(LogisterError):
    """There is a first administrator; this cannot happen twice."""


class SetupService:
    def __init__(self, session: Session, clock: Callable[[], datetime], users: UserService) -> None:
        self._session = session
        self._clock = clock
        self._users = users

    @classmethod
    def from_request(cls, context: object, request: Request) -> SetupService:
        return cls(request.db, request.registry.clock, request.find_service(UserService))

    def claimed(self) -> bool:
        """Once true, always true: deleting the administrator does not open the claim again."""
        return self._session.get_one(Installation, 1).claimed_at is not None

    def claim(self, *, email: str, name: str, password: str, onboarding: bool = False) -> User:
        """Make the first administrator, who with `onboarding` is to see to the installation before anything else.

        Raises `AlreadyClaimed`, or `Refused` with problems by field.
        """
        # Of two claims at once the second waits here, and then sees the first.
        installation = self._session.get_one(Installation, 1, with_for_update=True, populate_existing=True)
        if installation.claimed_at is not None:
            raise AlreadyClaimed
        user = self._users.create(email=email, name=name, password=password, application_admin=True, confirmed=True)
        installation.claimed_at = self._clock()
        installation.claimed_by_user_id = user.id
        installation.onboarding_required = onboarding
        return user
