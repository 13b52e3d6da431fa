"""Counting one occurrence in a group: the policy's decision applied, and the notices it owes.

Rules: specification, grouping chapter §6. The group is locked by the caller, and counted in a `Tally`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from logister_core.error_groups import policy
from logister_core.error_groups.headline import title_of
from logister_core.error_groups.history.models import ChangeKind
from logister_core.error_groups.history.recording import Action, change_row, stored
from logister_core.error_groups.models import ErrorGroup, GroupStatus
from logister_core.error_groups.snooze import why_woken
from logister_core.error_groups.transitions import reopened
from logister_core.notifications.models import IntentKind

# A frequent-error rule is evaluated this long after the last observation.
EVALUATION_DELAY = timedelta(seconds=5)


class ErrorEvent(NamedTuple):
    """The columns of an error event that grouping reads, in the order of `projection.COLUMNS`."""

    id: int
    uuid: UUID
    project_id: int
    occurred_at: datetime
    received_at: datetime
    time_precision: str
    level: str | None
    message: str
    fingerprint: str | None
    grouping_strategy: str
    grouping_key: str
    environment: str
    release: str | None
    exception_class: str | None
    culprit: str | None
    end_user_id: str | None
    transaction_name: str | None


@dataclass(frozen=True)
class Evidence:
    """What the body of an event with a reporting interval adds to its columns."""

    reporting_start: datetime | None = None
    reporting_end: datetime | None = None
    source: str | None = None
    kind: str | None = None


NO_EVIDENCE = Evidence()


@dataclass(slots=True)
class Tally:
    """What folding reads and changes of a group. A plain object, because each touch of a mapped one takes 1 µs."""

    id: int
    project_id: int
    status: str
    occurrence_count: int
    people_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    ignored_at: datetime | None
    archived_at: datetime | None
    resolution: str | None
    resolved_in_release: str | None
    snooze: dict[str, Any]
    snooze_progress: dict[str, Any]
    snoozed_until: datetime | None
    last_reopened_at: datetime | None
    reopen_count: int
    regression_count: int
    regressed_in_release: str | None
    current_regression: dict[str, Any]
    title: str
    subtitle: str | None
    culprit: str | None
    stage: str
    severity: str
    last_seen_release: str | None
    latest_event_id: int | None
    latest_event_uuid: UUID | None
    latest_event_occurred_at: datetime | None
    latest_route: str | None
    updated_at: datetime

    @classmethod
    def of(cls, group: ErrorGroup) -> Tally:
        return cls(*(getattr(group, name) for name in _TALLIED))

    def store(self, group: ErrorGroup) -> None:
        """Write what has changed into the group."""
        for name in _TALLIED:
            value = getattr(self, name)
            if value != getattr(group, name):
                setattr(group, name, value)


_TALLIED = tuple(member.name for member in fields(Tally))
# What a reopening changes.
_REOPENED = (
    "status",
    "resolved_at",
    "ignored_at",
    "archived_at",
    "resolution",
    "snooze",
    "snoozed_until",
    "last_reopened_at",
    "reopen_count",
    "regression_count",
    "regressed_in_release",
    "current_regression",
)


@dataclass
class Notices:
    """Rows that the folded events owe to notifications and to the history."""

    intents: list[dict[str, Any]] = field(default_factory=list)
    observations: Counter[tuple[int, str]] = field(default_factory=Counter)
    # by group and UTC hour
    changes: list[dict[str, Any]] = field(default_factory=list)
    # of groups that came back

    def add(self, kind: IntentKind, group: Tally, event: ErrorEvent, dedup: str, **details: Any) -> None:
        self.intents.append(
            {
                "kind": kind.value,
                "dedup_key": f"error_group:{group.id}:{dedup}",
                "project_id": group.project_id,
                "error_group_id": group.id,
                "details": {
                    "event_id": event.id,
                    "event_uuid": str(event.uuid),
                    "occurred_at": event.occurred_at.isoformat(),
                    "received_at": event.received_at.isoformat(),
                    "time_precision": event.time_precision,
                    **details,
                },
            }
        )


def new_group(
    event: ErrorEvent, uuid: UUID, facts: dict[str, Any], evidence: Evidence, now: datetime
) -> dict[str, Any]:
    """The row of a group that `event` creates, not yet counted."""
    first_seen_at, last_seen_at = policy.first_occurrence(_time(event, evidence))
    return {
        "uuid": uuid,
        "project_id": event.project_id,
        "fingerprint": event.grouping_key,
        "grouping_strategy": event.grouping_strategy,
        "grouping_facts": facts,
        "title": title_of(event.message),
        "subtitle": event.exception_class,
        "culprit": event.culprit,
        "stage": event.environment,
        "severity": event.level or "error",
        "status": GroupStatus.UNRESOLVED.value,
        "occurrence_count": 0,
        "people_count": 0,
        "first_seen_at": first_seen_at,
        "last_seen_at": last_seen_at,
        "reopen_count": 0,
        "regression_count": 0,
        "current_regression": {},
        "introduced_in_release": event.release,
        "last_seen_release": event.release,
        "latest_event_id": event.id,
        "latest_event_uuid": event.uuid,
        "latest_event_occurred_at": event.occurred_at,
        "latest_route": event.transaction_name,
        "created_at": now,
        "updated_at": now,
    }


def fold(group: Tally, event: ErrorEvent, evidence: Evidence, notices: Notices, now: datetime) -> None:
    """Count `event`, a new occurrence, in `group`."""
    created = group.occurrence_count == 0
    group.occurrence_count += 1
    group.updated_at = now
    if created:
        notices.add(IntentKind.FIRST_OCCURRENCE, group, event, "first_occurrence")
        return
    state = _state(group)
    time = _time(event, evidence)
    decision = policy.decide_occurrence(state, time, event.release)
    group.snooze_progress = decision.snooze_progress
    if decision.first_seen_at is not None and decision.last_seen_at is not None:
        group.first_seen_at, group.last_seen_at = decision.first_seen_at, decision.last_seen_at
    if decision.becomes_latest:
        _refresh(group, event)
    if decision.reopen:
        proof = policy.regression_proof(
            state,
            time,
            decision,
            event_uuid=str(event.uuid),
            detected_at=now,
            source=evidence.source,
            kind=evidence.kind,
            release=event.release,
        )
        notices.changes.append(_reopen(group, event, proof, now))
        notices.add(
            IntentKind.REGRESSION,
            group,
            event,
            f"regression:event:{event.uuid}",
            reopen_count=group.reopen_count,
            release=event.release,
        )
    if decision.alerts:
        notices.observations[group.id, _hour(event.occurred_at)] += 1
        reached = policy.milestone(group.occurrence_count)
        if reached is not None:
            notices.add(IntentKind.ERROR_MILESTONE, group, event, f"milestone:{reached}", milestone=reached)


def count_in_share(share: Tally, event: ErrorEvent, evidence: Evidence) -> None:
    """Count `event` in a hidden part of a merged group, which has neither status nor notices of its own then."""
    share.occurrence_count += 1
    decision = policy.decide_occurrence(replace(_state(share), status=GroupStatus.UNRESOLVED), _time(event, evidence))
    if decision.first_seen_at is not None and decision.last_seen_at is not None:
        share.first_seen_at, share.last_seen_at = decision.first_seen_at, decision.last_seen_at
    if decision.becomes_latest:
        _refresh(share, event)


def _hour(moment: datetime) -> str:
    return f"{moment.year:04}{moment.month:02}{moment.day:02}{moment.hour:02}"


def _time(event: ErrorEvent, evidence: Evidence) -> policy.OccurrenceTime:
    return policy.OccurrenceTime(
        precision=event.time_precision,
        occurred_at=event.occurred_at,
        stored_at=event.received_at,
        reporting_start=evidence.reporting_start,
        reporting_end=evidence.reporting_end,
    )


def _state(group: Tally) -> policy.GroupState:
    return policy.GroupState(
        status=group.status,
        first_seen_at=group.first_seen_at,
        last_seen_at=group.last_seen_at,
        latest_event_occurred_at=group.latest_event_occurred_at,
        resolved_at=group.resolved_at,
        ignored_at=group.ignored_at,
        archived_at=group.archived_at,
        resolution=group.resolution,
        resolved_in_release=group.resolved_in_release,
        snooze=group.snooze,
        snooze_progress=group.snooze_progress,
    )


def _refresh(group: Tally, event: ErrorEvent) -> None:
    """The group is described by its latest event."""
    group.title = title_of(event.message, group.title)
    group.subtitle = event.exception_class
    group.culprit = event.culprit
    group.stage = event.environment
    group.severity = event.level or group.severity
    group.last_seen_release = event.release or group.last_seen_release
    group.latest_event_id = event.id
    group.latest_event_uuid = event.uuid
    group.latest_event_occurred_at = event.occurred_at
    group.latest_route = event.transaction_name


def _reopen(group: Tally, event: ErrorEvent, proof: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Open the group again; the row of its history that says so. The end of a snooze is no regression."""
    before = {name: stored(getattr(group, name)) for name in _REOPENED}
    snoozed = group.snooze
    kind, details = ChangeKind.REGRESS, {"release": event.release} if event.release else {}
    for name, value in reopened(now, group.reopen_count).items():
        setattr(group, name, value)
    group.snooze_progress = {}
    if snoozed:
        group.current_regression = {}
        kind, details = ChangeKind.WAKE, {"why": why_woken(snoozed)}
    else:
        group.regression_count += 1
        group.regressed_in_release = event.release or group.regressed_in_release
        group.current_regression = proof
    after = {name: stored(getattr(group, name)) for name in _REOPENED}
    return change_row(group.id, kind, Action(now), before, after=after, details=details)
