"""Opening errors whose snooze has ended by time. Those that wait for events are woken where events are counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.error_groups.history.models import ChangeKind
from logister_core.error_groups.history.recording import Action, change
from logister_core.error_groups.locking import locked_groups
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.notices import workflow_intent
from logister_core.error_groups.snooze import why_woken
from logister_core.error_groups.transitions import reopened
from logister_core.notifications.models import IntentKind


def due_ids(session: Session, now: datetime) -> list[int]:
    """A part of a merged error sleeps on; once it is taken out, the next look wakes it."""
    shown = ErrorGroup.merged_into_id.is_(None)
    return list(session.scalars(select(ErrorGroup.id).where(ErrorGroup.snoozed_until <= now, shown)))


def wake(session: Session, ids: list[int], now: datetime) -> int:
    """Open those of the groups that are still due; how many. What was decided since the look stands."""
    action = Action(now)
    due = []
    for group in locked_groups(session, ids):
        if group.snoozed_until is None or group.snoozed_until > now or group.merged_into_id is not None:
            continue
        due.append(group)
        details = {"why": why_woken(group.snooze)}
        group.snooze_progress = {}
        values = reopened(now, group.reopen_count) | {"current_regression": {}}
        change(session, group, ChangeKind.WAKE, values, action, details=details)
        session.add(workflow_intent(group, IntentKind.STATUS_CHANGE, action))
    return len(due)
