"""What a person's change of status writes to a group (spec 20 §7.1): column names and values, nothing touched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

_CLOSINGS = {"resolve": "resolved", "ignore": "ignored", "archive": "archived"}
ACTIONS = (*_CLOSINGS, "reopen")


def changes_for(action: str, *, now: datetime, latest_release: str | None, reopen_count: int) -> dict[str, Any]:
    """Columns that a person's "resolve", "ignore", "archive" or "reopen" sets, from any status to any other.

    `latest_release` is the release of the group's latest event, `reopen_count` the group's present one.
    Raises ValueError for any other action.
    """
    if action == "reopen":
        return {
            "status": "unresolved",
            "resolved_at": None,
            "ignored_at": None,
            "archived_at": None,
            "last_reopened_at": now,
            "reopen_count": reopen_count + 1,
            "current_regression": {},
        }
    if action not in _CLOSINGS:
        raise ValueError(f"unknown action {action!r}; known: {', '.join(ACTIONS)}")
    status = _CLOSINGS[action]
    changes: dict[str, Any] = {"status": status, f"{status}_at": now}
    if action == "resolve":
        changes["resolved_in_release"] = latest_release
    return changes
