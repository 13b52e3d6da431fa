"""What people are owed a notice about when somebody decides about a group (specification, grouping chapter §10)."""

from __future__ import annotations

from uuid import UUID

from logister_core.error_groups.history.recording import Action
from logister_core.error_groups.models import ErrorGroup
from logister_core.notifications.models import IntentKind, NotificationIntent

KINDS = (IntentKind.STATUS_CHANGE, IntentKind.ASSIGNMENT)


def workflow_intent(group: ErrorGroup, kind: IntentKind, action: Action) -> NotificationIntent:
    """About the group as `action` has left it."""
    user = action.user
    fact = "status" if kind is IntentKind.STATUS_CHANGE else "assigned_user_id"
    return NotificationIntent(
        kind=kind.value,
        dedup_key=_dedup_key(group, kind, action.uuid),
        project_id=group.project_id,
        error_group_id=group.id,
        details={
            fact: getattr(group, fact),
            "actor_user_id": None if user is None else user.id,
            "actor_name": None if user is None else user.display_name,
            "changed_at": action.at.isoformat(),
        },
        created_at=action.at,
    )


def dedup_keys(group: ErrorGroup, action: UUID) -> list[str]:
    """Of all notices that an action on the group may owe."""
    return [_dedup_key(group, kind, action) for kind in KINDS]


def _dedup_key(group: ErrorGroup, kind: IntentKind, action: UUID) -> str:
    return f"error_group:{group.id}:{kind.value}:{action}"
