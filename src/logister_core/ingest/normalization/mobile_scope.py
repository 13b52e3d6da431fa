"""What a mobile token may send, and what it writes into everything that it sends (ingest chapter §5.7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from logister_core.ingest.errors import Forbidden, IngestError
from logister_core.ingest.normalization.keys import normalize_key
from logister_core.ingest.normalization.values import is_blank, scalar_text

if TYPE_CHECKING:
    from logister_core.mobile_tokens.models import MobileIngestToken

# In the order in which contradictions are listed.
BINDINGS = ("platform", "service", "environment", "release", "session_id")


# Characters of a client's value in an answer.
QUOTED_LENGTH = 200


class TypeForbidden(Forbidden):
    def __init__(self) -> None:
        super().__init__("mobile_event_type_forbidden", "Mobile ingest token cannot send this event type")


class BindingConflict(IngestError):
    """Not `Invalid`: in a batch it refuses the whole request, not one envelope of it."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(422, {"errors": errors}, "mobile_context_conflict")


@dataclass(frozen=True, slots=True)
class MobileScope:
    token_id: int
    expires_at: datetime
    allowed_event_types: frozenset[str]
    bindings: tuple[tuple[str, str], ...]
    # (context key, value); release and session only where the token is bound to them

    @classmethod
    def of(cls, token: MobileIngestToken) -> Self:
        values = ((name, getattr(token, name)) for name in BINDINGS)
        return cls(
            token_id=token.id,
            expires_at=token.expires_at,
            allowed_event_types=frozenset(token.allowed_event_types),
            bindings=tuple((name, value) for name, value in values if value is not None),
        )

    def require_type(self, event_type: object) -> None:
        """Raise `TypeForbidden` unless the token may send telemetry of this type, in whatever spelling."""
        if normalize_key(scalar_text(event_type) or "") not in self.allowed_event_types:
            raise TypeForbidden

    def bind(self, context: dict[str, Any]) -> None:
        """Write the bindings into `context`. Raises `BindingConflict` when it says otherwise."""
        conflicts = [
            f"{name} must match the mobile ingest token binding "
            f"(got {_quoted(context[name])}, expected {_quoted(value)})"
            for name, value in self.bindings
            if not is_blank(context.get(name)) and scalar_text(context[name]) != value
        ]
        if conflicts:
            raise BindingConflict(conflicts)
        context.update(self.bindings)


def _quoted(value: object) -> str:
    """As the answer shows a value, which may be of any kind."""
    text = scalar_text(value)
    return json.dumps(value if text is None else text, ensure_ascii=False)[:QUOTED_LENGTH]
