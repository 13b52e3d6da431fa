"""What a person's change of status writes to a group (spec 20 §7.1): column names and values, nothing touched."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from logister_core.error_groups.snooze import Condition, ends_at

_CLOSINGS = {"resolve": "resolved", "ignore": "ignored", "archive": "archived", "snooze": "ignored"}
ACTIONS = (*_CLOSINGS, "reopen")

# What makes one closed group differ from another of the same status.
KINDS_OF_CLOSING = ("status", "resolution", "snooze")


class Resolution(StrEnum):
    """How a resolved group is to be kept closed."""

    NOW = "now"
    # The next occurrence reopens it.
    NEXT_RELEASE = "next_release"
    # Only an occurrence in another release than the one it was resolved in does.
    FOR_GOOD = "for_good"
    # Nothing but a person does.


def changes_for(
    action: str,
    *,
    now: datetime,
    latest_release: str | None = None,
    reopen_count: int = 0,
    resolution: Resolution = Resolution.NOW,
    condition: Condition | None = None,
) -> dict[str, Any]:
    """Columns that a person's "resolve", "ignore", "archive", "snooze" or "reopen" sets, from any status to any other.

    `latest_release` is the release of the group's latest event, `reopen_count` the group's present one; `resolution`
    belongs to "resolve", `condition` to "snooze". Raises ValueError for any other action.
    """
    if action == "reopen":
        return reopened(now, reopen_count) | {"current_regression": {}}
    if action not in _CLOSINGS:
        raise ValueError(f"unknown action {action!r}; known: {', '.join(ACTIONS)}")
    status = _CLOSINGS[action]
    changes: dict[str, Any] = {
        "status": status,
        f"{status}_at": now,
        "resolution": None,
        "snooze": {},
        "snoozed_until": None,
    }
    if action == "resolve":
        changes |= {"resolved_in_release": latest_release, "resolution": resolution.value}
    if condition is not None:
        changes |= {"snooze": condition, "snoozed_until": ends_at(condition)}
    return changes


def reopened(now: datetime, reopen_count: int) -> dict[str, Any]:
    """Columns that every reopening sets, whoever causes it."""
    return {
        "status": "unresolved",
        "resolved_at": None,
        "ignored_at": None,
        "archived_at": None,
        "resolution": None,
        "snooze": {},
        "snoozed_until": None,
        "last_reopened_at": now,
        "reopen_count": reopen_count + 1,
    }
