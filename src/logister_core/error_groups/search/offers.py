"""What a search can be completed with: its keys, and the values that a list really has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logister_core.error_groups.inbox_scope import InboxScope
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.search.parser import quoted
from logister_core.error_groups.search.terms import Assigned, Is

MOST_VALUES = 30


def offers(session: Session, scope: InboxScope) -> list[dict[str, Any]]:
    """Keys in the order of the help: `key`, `hint` and `values`, written as a search writes them."""
    people = [person.email for person in scope.people]
    releases = _values(session, scope, ErrorGroup.last_seen_release)
    return [
        _offer("is", "status, new or regressed", [value.value for value in Is]),
        _offer("assigned", "me, none, anyone or an address", [*(word.value for word in Assigned), *people]),
        _offer("env", "environment of the latest event", _values(session, scope, ErrorGroup.stage)),
        _offer("release", "first or last seen in, or came back in", releases),
        _offer("introduced", "first seen in that release", releases),
        _offer("regressed", "came back in that release", releases),
        _offer("level", "level of the latest event", _values(session, scope, ErrorGroup.severity)),
    ]


def _offer(key: str, hint: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "hint": hint, "values": [quoted(value) for value in values]}


def _values(session: Session, scope: InboxScope, column: Any) -> list[str]:
    """The ones seen last come first."""
    query = select(column).where(scope.of_projects(), column.is_not(None)).group_by(column)
    return list(session.scalars(query.order_by(func.max(ErrorGroup.last_seen_at).desc()).limit(MOST_VALUES)))
