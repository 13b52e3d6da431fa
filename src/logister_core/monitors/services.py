"""What can be done with monitors, by people and by time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.monitors.models import CheckInMonitor
from logister_core.monitors.notices import hour_of, insert_notices, notice
from logister_core.monitors.state import FAILED, MIN_GRACE_SECONDS, MonitorState, state_at
from logister_core.monitors.transitions import enter
from logister_core.notifications.models import IntentKind
from logister_core.projects.models import Project

if TYPE_CHECKING:
    from logister_core.types import Request


class MonitorService:
    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    def from_request(cls, context: object, request: Request) -> MonitorService:
        return cls(request.db, request.registry.clock)

    def find(self, project: Project, uuid: UUID) -> CheckInMonitor | None:
        """The project's monitor, locked until commit so that no check-in comes between; None when it has no such."""
        return self._session.scalar(
            select(CheckInMonitor)
            .where(CheckInMonitor.project_id == project.id, CheckInMonitor.uuid == uuid)
            .with_for_update()
        )

    def pause(self, monitor: CheckInMonitor) -> None:
        """Alert nobody from now on, nor about what happened before. Check-ins are recorded as ever."""
        if monitor.monitoring_paused_at is not None:
            return
        monitor.monitoring_paused_at = monitor.updated_at = self._clock()
        enter(monitor, MonitorState.PAUSED)

    def resume(self, monitor: CheckInMonitor) -> None:
        """Watch again. A monitor that is overdue by then is told about by the next sweep."""
        if monitor.monitoring_paused_at is None:
            return
        now = self._clock()
        monitor.monitoring_paused_at = None
        monitor.updated_at = now
        enter(monitor, monitor.state_at(now))

    def tell_missed(self, ids: Sequence[int]) -> int:
        """Owe a notice for each of these monitors that is missed now; how many are.

        At most one an hour for each monitor, for as long as it stays missed.
        """
        now = self._clock()
        locked = select(CheckInMonitor).where(CheckInMonitor.id.in_(ids)).order_by(CheckInMonitor.id).with_for_update()
        notices = []
        for monitor in self._session.scalars(locked):
            if monitor.state_at(now) != MonitorState.MISSED:
                continue
            if monitor.notification_state != MonitorState.MISSED.value:
                enter(monitor, MonitorState.MISSED)
                monitor.updated_at = now
            notices.append(notice(monitor, IntentKind.MONITOR_MISSED, MonitorState.MISSED, hour=hour_of(now)))
        self._session.flush()
        insert_notices(self._session, notices, now=now)
        return len(notices)


def missed_ids(session: Session, *, now: datetime) -> list[int]:
    """Ids of the watched monitors of active projects that are missed, ascending; a look without locks."""
    monitor = CheckInMonitor
    rows = session.execute(
        select(monitor.id, monitor.last_check_in_at, monitor.expected_interval_seconds, monitor.last_status)
        .join(Project, Project.id == monitor.project_id)
        .where(
            Project.archived_at.is_(None),
            monitor.monitoring_paused_at.is_(None),
            monitor.last_status != FAILED,
            monitor.last_check_in_at < now - timedelta(seconds=MIN_GRACE_SECONDS),
        )
        .order_by(monitor.id)
    )
    return [
        monitor_id
        for monitor_id, last, interval, status in rows
        if state_at(now, last_check_in_at=last, last_status=status, interval_seconds=interval, paused=False)
        == MonitorState.MISSED
    ]
