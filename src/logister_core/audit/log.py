"""Recording what was done."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.audit.models import AuditEntry

if TYPE_CHECKING:
    from logister_core.types import Request

# Instead of an address.
COMMAND_LINE: Final = "command line"
BACKGROUND: Final = "background work"
LABEL_LENGTH: Final = 255

_SECRET: Final = re.compile("passw|secret|token|digest|credential|code")
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


class AuditLog:
    """Adds to the transaction of the change, so that neither is there without the other.

    `actions` are those that may be recorded; see `add_audit_actions`.
    """

    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime],
        actions: Collection[str],
        *,
        actor: User | None = None,
        ip: str = COMMAND_LINE,
    ) -> None:
        self._session = session
        self._clock = clock
        self._actions = actions
        self._actor = actor
        self._ip = ip

    @classmethod
    def from_request(cls, context: object, request: Request) -> AuditLog:
        return cls(
            request.db,
            request.registry.clock,
            request.registry.audit_actions,
            actor=request.user,
            ip=request.client_ip,
        )

    def record(self, action: str, *, user: User | None = None, subject: Any = None, **details: Any) -> None:
        """Tell that `user`, unless given whoever is signed in, did `action` to `subject`, a row with a uuid.

        `details` are plain values that are no secrets. Raises `ValueError` for an action that was not declared, and
        for details that sound like a secret: both are mistakes of the program.
        """
        if action not in self._actions:
            raise ValueError(f"{action!r} is no declared action: see config.add_audit_actions")
        if secret := next((name for name in details if _SECRET.search(name)), None):
            raise ValueError(f"{secret!r} sounds like a secret; the audit log holds none")
        actor = user or self._actor
        self._session.add(
            AuditEntry(
                action=action,
                actor_id=None if actor is None else actor.id,
                actor_email="" if actor is None else actor.email,
                subject_kind=_kind(subject),
                subject_uuid=getattr(subject, "uuid", None),
                subject_label=_label(subject)[:LABEL_LENGTH],
                ip=self._ip,
                details={name: value for name, value in details.items() if value is not None},
                made_at=self._clock(),
            )
        )


def _kind(subject: Any) -> str:
    """`ApiKey` is an api_key."""
    return "" if subject is None else _CAPITAL.sub("_", type(subject).__name__).lower()


def _label(subject: Any) -> str:
    """People are known by their address, all else by its name."""
    return str(getattr(subject, "email", None) or getattr(subject, "name", None) or "")
