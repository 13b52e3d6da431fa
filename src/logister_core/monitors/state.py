"""What a monitor's facts mean at a moment (specification, ingest chapter §10.3). Nothing is stored as a state:
time alone turns a monitor from ok to missed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

MIN_GRACE_SECONDS = 30

# The only status that means failure; `in_progress` and any other word are healthy.
FAILED = "error"


class MonitorState(StrEnum):
    OK = "ok"
    MISSED = "missed"
    ERROR = "error"
    PAUSED = "paused"

    @property
    def unhealthy(self) -> bool:
        return self in (MonitorState.MISSED, MonitorState.ERROR)


def grace(interval_seconds: int) -> timedelta:
    """How much later than expected a check-in may come: half the interval, at least 30 seconds."""
    return timedelta(seconds=max(interval_seconds // 2, MIN_GRACE_SECONDS))


def missed_after(last_check_in_at: datetime, interval_seconds: int) -> datetime:
    """The last moment at which the next check-in is still in time."""
    return last_check_in_at + timedelta(seconds=interval_seconds) + grace(interval_seconds)


def state_at(
    moment: datetime, *, last_check_in_at: datetime | None, last_status: str, interval_seconds: int, paused: bool
) -> MonitorState:
    """A failed monitor stays failed however long nothing comes; a paused one is paused whatever comes."""
    if paused:
        return MonitorState.PAUSED
    if last_status == FAILED:
        return MonitorState.ERROR
    if last_check_in_at is None or moment > missed_after(last_check_in_at, interval_seconds):
        return MonitorState.MISSED
    return MonitorState.OK
