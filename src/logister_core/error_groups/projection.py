"""Error events become groups and occurrences.

Order, the same in every worker so that none waits for another in a circle: the keys of projects are held, new ones are
claimed sorted, then groups are locked by id, then occurrences, people and notices are inserted. An event that is linked
already is not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import Session

from logister_core.db.arrays import rows_of
from logister_core.db.upsert import insert_for
from logister_core.error_groups.folding import (
    EVALUATION_DELAY,
    NO_EVIDENCE,
    ErrorEvent,
    Evidence,
    Notices,
    Tally,
    count_in_share,
    fold,
    new_group,
)
from logister_core.error_groups.grouping import facts
from logister_core.error_groups.history.models import ErrorGroupChange
from logister_core.error_groups.locking import follow_keys, locked_groups
from logister_core.error_groups.models import ErrorGroup, ErrorGroupKey, ErrorOccurrence
from logister_core.error_groups.people import MOST_PEOPLE, Met, add_people, person_of
from logister_core.ids import uuid7
from logister_core.ingest.body import context_of
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.notifications.models import NotificationEvaluation, NotificationIntent
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches

COLUMNS = tuple(getattr(IngestEvent, name) for name in ErrorEvent._fields)

_LINKED = (
    ErrorOccurrence.error_group_id,
    ErrorOccurrence.ingest_event_id,
    ErrorOccurrence.event_uuid,
    ErrorOccurrence.occurred_at,
    ErrorOccurrence.merged_from_id,
)

# A project and the key of one of its groups.
Key = tuple[int, str]


class Target(NamedTuple):
    """Where a key leads: a group, the merged one whose key it is, and the hidden part that counts beside the group."""

    group_id: int
    merged_from_id: int | None = None
    share_id: int | None = None

    @property
    def counting(self) -> tuple[int, ...]:
        return (self.group_id,) if self.share_id is None else (self.group_id, self.share_id)


class ErrorGrouping:
    """The projection."""

    def apply(
        self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int], now: datetime
    ) -> None:
        events = [event for event in _events(session, batches) if event.id not in skip]
        if not events:
            return
        follow_keys(session, {event.project_id for event in events})
        contexts = _Contexts(session)
        evidence = _evidence(events, contexts)
        targets = _targets(session, events, evidence, contexts, now)
        counting = {id for target in targets.values() for id in target.counting}
        groups = {group.id: group for group in locked_groups(session, counting)}
        tallies = {group_id: Tally.of(group) for group_id, group in groups.items()}
        linked = _link(session, events, targets)
        notices = Notices()
        met: set[Met] = set()
        for event in events:
            if event.id in linked:
                target, known = targets[_key(event)], evidence.get(event.id, NO_EVIDENCE)
                fold(tallies[target.group_id], event, known, notices, now)
                if target.share_id is not None:
                    count_in_share(tallies[target.share_id], event, known)
                if event.end_user_id:
                    person = person_of(event.end_user_id)
                    met |= {(id, person) for id in target.counting if tallies[id].people_count < MOST_PEOPLE}
        for group_id, number in add_people(session, met).items():
            tallies[group_id].people_count = min(tallies[group_id].people_count + number, MOST_PEOPLE)
        for group_id, tally in tallies.items():
            tally.store(groups[group_id])
        session.flush()
        _insert_notices(session, notices, now)


def _events(session: Session, batches: Sequence[TelemetryBatch]) -> list[ErrorEvent]:
    """In the order of acceptance."""
    wanted = select(*COLUMNS).where(
        in_batches(IngestEvent, IngestEvent.occurred_at, batches), IngestEvent.event_type == EventType.ERROR.value
    )
    return [ErrorEvent(*row) for row in session.execute(wanted.order_by(IngestEvent.id))]


def _key(event: ErrorEvent) -> Key:
    return event.project_id, event.grouping_key


class _Contexts:
    """Reads the bodies of a few events; most events are grouped by their columns alone."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, events: Sequence[ErrorEvent]) -> dict[int, dict[str, Any]]:
        if not events:
            return {}
        times = [event.occurred_at for event in events]
        bodies = select(IngestEvent.id, IngestEvent.body).where(
            IngestEvent.id.in_([event.id for event in events]), IngestEvent.occurred_at.between(min(times), max(times))
        )
        return {event_id: context_of(body, self._session) for event_id, body in self._session.execute(bodies)}


def _evidence(events: Iterable[ErrorEvent], contexts: _Contexts) -> dict[int, Evidence]:
    """The reporting intervals of the events that have one."""
    found = {}
    for event_id, context in contexts.of([event for event in events if event.time_precision != "exact"]).items():
        stored = context.get("telemetry_evidence", {})
        time = stored.get("time", {})
        found[event_id] = Evidence(
            reporting_start=_parsed(time.get("reporting_start")),
            reporting_end=_parsed(time.get("reporting_end")),
            source=stored.get("source"),
            kind=stored.get("kind"),
        )
    return found


def _parsed(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _targets(
    session: Session,
    events: Sequence[ErrorEvent],
    evidence: dict[int, Evidence],
    contexts: _Contexts,
    now: datetime,
) -> dict[Key, Target]:
    """Where every key leads; groups of new keys are created, uncounted."""
    first: dict[Key, ErrorEvent] = {}
    for event in events:
        first.setdefault(_key(event), event)
    known = _look_up(session, first)
    new = [first[key] for key in sorted(first.keys() - known.keys())]
    if not new:
        return known
    bodies = contexts.of(new)
    rows = [
        new_group(event, uuid7(), _facts(event, bodies[event.id]), evidence.get(event.id, NO_EVIDENCE), now)
        for event in new
    ]
    ids = dict(session.execute(plain_insert(ErrorGroup).returning(ErrorGroup.uuid, ErrorGroup.id), rows).all())
    created = {_key(event): Target(ids[row["uuid"]]) for event, row in zip(new, rows, strict=True)}
    lost = created.keys() - _claim(session, created)
    if lost:
        # Another worker created these groups between our look and our insert; theirs are committed by now.
        session.execute(delete(ErrorGroup).where(ErrorGroup.id.in_([created.pop(key).group_id for key in lost])))
        known |= _look_up(session, lost)
    return known | created


def _look_up(session: Session, keys: Iterable[Key]) -> dict[Key, Target]:
    key = ErrorGroupKey
    share_id = func.coalesce(key.merged_from_id, ErrorGroup.own_share_id)
    found = (
        select(key.project_id, key.key, key.error_group_id, key.merged_from_id, share_id)
        .join(ErrorGroup, ErrorGroup.id == key.error_group_id)
        .where(tuple_(key.project_id, key.key).in_(sorted(keys)))
    )
    return {(row[0], row[1]): Target(*row[2:]) for row in session.execute(found)}


def _facts(event: ErrorEvent, context: dict[str, Any]) -> dict[str, Any]:
    return facts(
        event.grouping_strategy,
        fingerprint=event.fingerprint,
        message=event.message,
        context=context,
        event_uuid=event.uuid,
    )


def _claim(session: Session, created: dict[Key, Target]) -> set[Key]:
    """Point the keys at their new groups; the keys that were still free."""
    claim = insert_for(session, ErrorGroupKey).on_conflict_do_nothing()
    rows = [
        {"project_id": project_id, "key": key, "error_group_id": created[project_id, key].group_id}
        for project_id, key in sorted(created)
    ]
    claimed = session.execute(claim.returning(ErrorGroupKey.project_id, ErrorGroupKey.key), rows)
    return {(project_id, key) for project_id, key in claimed}


def _link(session: Session, events: Sequence[ErrorEvent], targets: dict[Key, Target]) -> set[int]:
    """Insert occurrences; the ids of the events that were not linked before."""
    link = insert_for(session, ErrorOccurrence)
    if session.get_bind().dialect.name == "postgresql":
        texts = (
            [str(targets[_key(event)].group_id) for event in events],
            [str(event.id) for event in events],
            [event.uuid.hex for event in events],
            [event.occurred_at.isoformat() for event in events],
            [str(targets[_key(event)].merged_from_id or "NULL") for event in events],
        )
        link = link.from_select(_LINKED, rows_of(_LINKED, texts)).on_conflict_do_nothing()
        return set(session.scalars(link.returning(ErrorOccurrence.ingest_event_id)))
    rows = [
        {
            "error_group_id": targets[_key(event)].group_id,
            "ingest_event_id": event.id,
            "event_uuid": event.uuid,
            "occurred_at": event.occurred_at,
            "merged_from_id": targets[_key(event)].merged_from_id,
        }
        for event in events
    ]
    return set(session.scalars(link.on_conflict_do_nothing().returning(ErrorOccurrence.ingest_event_id), rows))


def _insert_notices(session: Session, notices: Notices, now: datetime) -> None:
    if notices.intents:
        intents = [{**intent, "created_at": now} for intent in notices.intents]
        session.execute(insert_for(session, NotificationIntent).on_conflict_do_nothing(), intents)
    if notices.observations:
        rows = [
            {
                "error_group_id": group_id,
                "hour_bucket": hour,
                "observation_count": count,
                "evaluate_after": now + EVALUATION_DELAY,
            }
            for (group_id, hour), count in sorted(notices.observations.items())
        ]
        upsert = insert_for(session, NotificationEvaluation)
        upsert = upsert.on_conflict_do_update(
            index_elements=["error_group_id", "hour_bucket"],
            set_={
                "observation_count": NotificationEvaluation.observation_count + upsert.excluded.observation_count,
                "evaluate_after": upsert.excluded.evaluate_after,
            },
        )
        session.execute(upsert, rows)
    if notices.changes:
        session.execute(plain_insert(ErrorGroupChange), notices.changes)
