"""Applying one check-in to its monitor, and what people are owed a notice about."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from logister_core.monitors.check_ins import CheckIn
from logister_core.monitors.models import CheckInMonitor
from logister_core.monitors.notices import Notice, notice
from logister_core.monitors.state import FAILED, MonitorState
from logister_core.notifications.models import IntentKind

# The id of no event: a monitor that is created in this transaction and has seen no check-in yet.
NO_EVENT = 0

# So many check-ins are remembered at the monitor itself, so that no page has to look for them among all events.
RUNS_KEPT = 30
RUN_OK, RUN_FAILED = "o", "x"


def is_newer(check_in: CheckIn, monitor: CheckInMonitor) -> bool:
    """Whether `check_in` comes after all that the monitor has seen; of two at one moment the later accepted one."""
    return (check_in.at, check_in.event_id) > (monitor.last_check_in_at, monitor.last_event_id)


def apply_check_in(monitor: CheckInMonitor, check_in: CheckIn, *, now: datetime) -> Notice | None:
    """Let `monitor` have seen `check_in`; the notice that the change of state is worth, if any.

    An older check-in changes nothing.
    """
    if not is_newer(check_in, monitor):
        return None
    before = _state_before(monitor, check_in.at)
    monitor.expected_interval_seconds = check_in.interval_seconds
    monitor.last_check_in_at = check_in.at
    monitor.last_status = check_in.status
    monitor.last_event_id = check_in.event_id
    monitor.last_event_uuid = check_in.event_uuid
    monitor.updated_at = now
    run = RUN_FAILED if check_in.status == FAILED else RUN_OK
    monitor.recent_runs = (monitor.recent_runs + run)[-RUNS_KEPT:]
    if check_in.status == FAILED:
        monitor.last_error_at = check_in.at
    after = monitor.state_at(check_in.at)
    if after != before or monitor.notification_transition_id is None:
        enter(monitor, after)
    if after == before:
        return None
    if after == MonitorState.ERROR:
        return notice(monitor, IntentKind.MONITOR_MISSED, after)
    if after == MonitorState.OK and before is not None and before.unhealthy:
        return notice(monitor, IntentKind.MONITOR_RECOVERED, after)
    return None


def enter(monitor: CheckInMonitor, state: MonitorState) -> None:
    """Note a change of state. Queued notices about earlier ones are dropped, because their transition has passed."""
    monitor.notification_state = state.value
    monitor.notification_transition_id = uuid4()


def _state_before(monitor: CheckInMonitor, moment: datetime) -> MonitorState | None:
    if monitor.last_event_id == NO_EVENT:
        return None
    derived = monitor.state_at(moment)
    if derived == MonitorState.OK and monitor.notification_state == MonitorState.MISSED.value:
        # The check-in was made in time but arrived after the sweep had told people that it was missed.
        return MonitorState.MISSED
    return derived
