"""Changing a group so that the history tells it and the person can take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.db.types import UTCDateTime
from logister_core.error_groups.history.models import ChangeKind, ErrorGroupChange
from logister_core.error_groups.models import ErrorGroup
from logister_core.ids import uuid7

_COLUMNS = ErrorGroup.__table__.columns


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody does at one moment, to one group or to many; `user` is None for the server itself."""

    at: datetime
    user: User | None = None
    uuid: UUID = field(default_factory=uuid7)


def change(
    session: Session,
    group: ErrorGroup,
    kind: ChangeKind,
    values: Mapping[str, Any],
    action: Action,
    *,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Set the columns `values` of a locked group, and remember what they were."""
    before = {name: stored(getattr(group, name)) for name in values}
    for name, value in values.items():
        setattr(group, name, value)
    group.updated_at = action.at
    after = {name: stored(value) for name, value in values.items()}
    row = change_row(group.id, kind, action, before, after=after, details=details)
    session.add(ErrorGroupChange(**row))


def change_row(
    group_id: int,
    kind: ChangeKind,
    action: Action,
    before: Mapping[str, Any],
    *,
    after: Mapping[str, Any],
    details: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The row of a change that is made elsewhere; the values are `stored` ones."""
    return {
        "action_uuid": action.uuid,
        "error_group_id": group_id,
        "user_id": None if action.user is None else action.user.id,
        "kind": kind.value,
        "before": dict(before),
        "after": dict(after),
        "details": dict(details or {}),
        "made_at": action.at,
    }


def stored(value: Any) -> Any:
    """A column's value as JSON has it: times as text, the rest as it is."""
    return value.isoformat() if isinstance(value, datetime) else value


def restored(name: str, value: Any) -> Any:
    """The reverse of `stored` for the group's column of that name."""
    if value is not None and isinstance(_COLUMNS[name].type, UTCDateTime):
        return datetime.fromisoformat(value)
    return value
