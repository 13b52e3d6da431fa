"""What one more occurrence does to a group (spec 20 §6.1): facts in, decision out, nothing touched.

The caller reads the group under its lock, so that a status change made a moment earlier is seen, and applies the
decision. All times are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from logister_core.error_groups import snooze
from logister_core.error_groups.transitions import Resolution

EXACT = "exact"
REPORTING_INTERVAL = "reporting_interval"
RECEIVED_ONLY = "received_only"
UNKNOWN = "unknown"

# An event without time evidence counts as timed when it was stored this soon after the time it names.
_TRUSTED_DELAY = timedelta(minutes=15)

_OPEN = "unresolved"


@dataclass(frozen=True, slots=True)
class OccurrenceTime:
    """When an event happened, and how well that is known.

    `precision` is "exact", "reporting_interval", "received_only" or "unknown"; `stored_at` is when the server
    received it; the reporting bounds belong to intervals (app stores, MetricKit) and may be half open.
    """

    precision: str
    occurred_at: datetime
    stored_at: datetime
    reporting_start: datetime | None = None
    reporting_end: datetime | None = None

    @property
    def timed(self) -> bool:
        """Whether the event time may be compared with what people did."""
        if self.precision == EXACT:
            return True
        return self.precision == UNKNOWN and abs(self.stored_at - self.occurred_at) <= _TRUSTED_DELAY

    @property
    def interval(self) -> bool:
        return self.precision == REPORTING_INTERVAL

    @property
    def known(self) -> bool:
        return self.timed or self.interval

    @property
    def first_moment(self) -> datetime:
        return self.reporting_start or self.occurred_at

    @property
    def last_moment(self) -> datetime:
        return self.reporting_end or self.occurred_at


@dataclass(frozen=True, slots=True)
class GroupState:
    """The stored facts of a group on which the policy depends."""

    status: str
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    latest_event_occurred_at: datetime | None = None
    resolved_at: datetime | None = None
    ignored_at: datetime | None = None
    archived_at: datetime | None = None
    resolution: str | None = None
    resolved_in_release: str | None = None
    snooze: dict[str, Any] = field(default_factory=dict)
    snooze_progress: dict[str, Any] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        return self.status != _OPEN

    @property
    def closure_at(self) -> datetime | None:
        """The latest closing; None when nothing says when the group was closed, so nothing proves a return."""
        return max(filter(None, (self.resolved_at, self.ignored_at, self.archived_at)), default=None)


@dataclass(frozen=True, slots=True)
class OccurrenceDecision:
    """What to do with the group. The counter always grows by one, so no field says so.

    `first_seen_at` and `last_seen_at` are the new bounds (unchanged when the time is not known well enough);
    `becomes_latest` also refreshes title, subtitle, stage, severity and last seen release; `alerts` allows
    notifications; `reason` is one of the words of spec 20 §6.1, or says what keeps a group closed that happened again:
    "snoozed", "resolved_for_good" or "awaits_next_release". `snooze_progress` is what a snooze has counted.
    """

    first_seen_at: datetime | None
    last_seen_at: datetime | None
    becomes_latest: bool
    reopen: bool
    alerts: bool
    reason: str
    snooze_progress: dict[str, Any]


def first_occurrence(time: OccurrenceTime) -> tuple[datetime, datetime]:
    """(first seen, last seen) of a group that this event creates."""
    return time.first_moment, time.last_moment


def decide_occurrence(group: GroupState, time: OccurrenceTime, release: str | None = None) -> OccurrenceDecision:
    """The effect of a further, new occurrence, of `release`, on an existing group."""
    latest = group.latest_event_occurred_at or group.last_seen_at
    becomes_latest = time.known and (latest is None or time.occurred_at >= latest)
    returns = _proves_return(group, time)
    held, progress = _held(group, time, release) if returns else (None, group.snooze_progress)
    reopen = returns and held is None
    first_seen_at, last_seen_at = group.first_seen_at, group.last_seen_at
    if time.known:
        first_seen_at = min(filter(None, (first_seen_at, time.first_moment)))
        last_seen_at = max(filter(None, (last_seen_at, time.last_moment)))
    return OccurrenceDecision(
        first_seen_at=first_seen_at,
        last_seen_at=last_seen_at,
        becomes_latest=becomes_latest,
        reopen=reopen,
        alerts=reopen if group.closed else becomes_latest,
        reason=held or _reason(group, time, reopen=reopen, becomes_latest=becomes_latest),
        snooze_progress=progress,
    )


def _proves_return(group: GroupState, time: OccurrenceTime) -> bool:
    closure = group.closure_at
    if not group.closed or closure is None:
        return False
    if time.timed:
        return time.occurred_at > closure
    return time.interval and time.reporting_start is not None and time.reporting_start > closure


def _held(group: GroupState, time: OccurrenceTime, release: str | None) -> tuple[str | None, dict[str, Any]]:
    """Why a group stays closed although it provably happened again, None when it opens; and its snooze's progress."""
    progress = group.snooze_progress
    if group.snooze:
        progress, enough = snooze.counted(group.snooze, progress, time.occurred_at, time.stored_at)
        return None if enough else "snoozed", progress
    if group.resolution == Resolution.FOR_GOOD:
        return "resolved_for_good", progress
    if group.resolution == Resolution.NEXT_RELEASE and release in (None, group.resolved_in_release):
        return "awaits_next_release", progress
    return None, progress


def _reason(group: GroupState, time: OccurrenceTime, *, reopen: bool, becomes_latest: bool) -> str:
    if reopen:
        return "source_evidence_after_closure"
    if time.precision == RECEIVED_ONLY:
        return "received_only"
    if time.precision == UNKNOWN:
        return "legacy_time_unknown"
    if group.closed:
        return "reporting_interval_overlaps_closure" if time.interval else "source_evidence_before_closure"
    return "latest_source_evidence" if becomes_latest else "historical_source_evidence"


def regression_proof(
    group: GroupState,
    time: OccurrenceTime,
    decision: OccurrenceDecision,
    *,
    event_uuid: str,
    detected_at: datetime,
    source: str | None = None,
    kind: str | None = None,
    release: str | None = None,
) -> dict[str, Any]:
    """`current_regression` of a group that `decision` reopens (spec 20 §7.3), ready for JSON.

    `group` is the state before the reopening. `source` and `kind` come from the event's stored time evidence.
    """
    closure = group.closure_at
    return {
        "schema_version": 1,
        "reason": f"after_{group.status}",
        "policy_reason": decision.reason,
        "time_precision": time.precision,
        "proof_at": _iso(time.reporting_start if time.interval and time.reporting_start else time.occurred_at),
        "closure_at": None if closure is None else _iso(closure),
        "received_at": _iso(time.stored_at),
        "detected_at": _iso(detected_at),
        "event_uuid": event_uuid,
        "source": source,
        "kind": kind,
        "release": release,
    }


def milestone(count: int) -> int | None:
    """The milestone that a counter has just reached: 10, 100, 1,000 and every further multiple of 1,000."""
    return count if count in (10, 100) or (count > 0 and count % 1000 == 0) else None


def _iso(time: datetime) -> str:
    """ISO 8601 with six digits of a second and `Z`."""
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")
