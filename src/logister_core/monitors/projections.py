"""Check-in events become monitors.

Order, the same in every worker so that none waits for another in a circle: monitors that are new are inserted by
sorted key, then all are locked by id, then notices are inserted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from logister_core.db.upsert import insert_for
from logister_core.ids import uuid7
from logister_core.monitors.check_ins import CheckIn, MonitorKey, check_ins_of
from logister_core.monitors.models import CheckInMonitor
from logister_core.monitors.notices import insert_notices
from logister_core.monitors.transitions import NO_EVENT, apply_check_in
from logister_core.outbox.models import TelemetryBatch

KEY = (CheckInMonitor.project_id, CheckInMonitor.slug, CheckInMonitor.environment)


class CheckInMonitors:
    """The projection. A check-in that is applied twice is not newer the second time and changes nothing."""

    def apply(
        self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int], now: datetime
    ) -> None:
        check_ins = check_ins_of(session, batches, skip=skip)
        if not check_ins:
            return
        first = {check_in.key: check_in for check_in in reversed(check_ins)}
        _insert_new(session, first, now)
        monitors = _locked(session, first.keys())
        told = [apply_check_in(monitors[check_in.key], check_in, now=now) for check_in in check_ins]
        session.flush()
        insert_notices(session, [notice for notice in told if notice is not None], now=now)


def _insert_new(session: Session, first: dict[MonitorKey, CheckIn], now: datetime) -> None:
    """Insert the monitors that are missing, as if nothing had reported yet; their first check-in is applied next."""
    known = set(session.execute(select(*KEY).where(tuple_(*KEY).in_(first))))
    rows = [
        {
            "uuid": uuid7(),
            **key._asdict(),
            "expected_interval_seconds": first[key].interval_seconds,
            "last_check_in_at": first[key].at,
            "last_status": first[key].status,
            "last_event_id": NO_EVENT,
            "last_event_uuid": first[key].event_uuid,
            "recent_runs": "",
            "created_at": now,
            "updated_at": now,
        }
        for key in sorted(first.keys() - known)
    ]
    if rows:
        # Where another worker was faster, its row is committed once this returns.
        session.execute(insert_for(session, CheckInMonitor).on_conflict_do_nothing(), rows)


def _locked(session: Session, keys: Collection[MonitorKey]) -> dict[MonitorKey, CheckInMonitor]:
    """The monitors as they are now; nobody else changes them until commit."""
    locked = (
        select(CheckInMonitor)
        .where(tuple_(*KEY).in_(keys))
        .order_by(CheckInMonitor.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {
        MonitorKey(monitor.project_id, monitor.slug, monitor.environment): monitor
        for monitor in session.scalars(locked)
    }
