"""What people are owed a notice about: intents, at most one for each change of state, or hour while overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from logister_core.db.upsert import insert_for
from logister_core.monitors.models import CheckInMonitor
from logister_core.monitors.state import MonitorState
from logister_core.notifications.models import IntentKind, NotificationIntent


@dataclass(frozen=True, slots=True)
class Notice:
    """Made right after the change of state, whose transition it names."""

    kind: IntentKind
    dedup_key: str
    project_id: int
    check_in_monitor_id: int
    details: dict[str, Any]
    # `expected_status` and `transition_id`: whoever sends the notice checks that both still hold.


def notice(monitor: CheckInMonitor, kind: IntentKind, state: MonitorState, *, hour: str | None = None) -> Notice:
    """`hour` (see `hour_of`) makes it a reminder, due once in that hour."""
    transition = str(monitor.notification_transition_id)
    key = f"monitor:{monitor.id}:transition:{transition}:{kind.value}"
    return Notice(
        kind=kind,
        dedup_key=key if hour is None else f"{key}:bucket:{hour}",
        project_id=monitor.project_id,
        check_in_monitor_id=monitor.id,
        details={"expected_status": state.value, "transition_id": transition},
    )


def hour_of(moment: datetime) -> str:
    """YYYYMMDDHH, UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H")


def insert_notices(session: Session, notices: Sequence[Notice], *, now: datetime) -> None:
    """Insert the intents that do not exist yet."""
    if not notices:
        return
    rows = [
        {
            "kind": owed.kind.value,
            "dedup_key": owed.dedup_key,
            "project_id": owed.project_id,
            "check_in_monitor_id": owed.check_in_monitor_id,
            "details": owed.details,
            "created_at": now,
        }
        for owed in notices
    ]
    session.execute(insert_for(session, NotificationIntent).on_conflict_do_nothing(), rows)
