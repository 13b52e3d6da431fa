"""Writing submissions in one transaction: identities, rows, one batch, one delivery per destination.

The rules of identity (specification, ingest chapter §9.1): a UUID that is taken by a row of the same kind makes the
submitted row a duplicate, answered with the first row's id, also after retention removed it; a UUID taken by a row of
the other kind, or by a row that vanished without being retired, is an error. Within one transaction the first one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from logister_core.api_keys.usage import touch
from logister_core.ingest.models import IngestEvent, TelemetryIdentity, TraceSpan
from logister_core.ingest.stores.base import Batch, Claim, Existing, Ident, Store
from logister_core.ingest.submission import Accepted, IdentityTaken, Row, Submission


class Rejected(Exception):
    """Some submissions cannot be accepted. Nothing may be committed: write the others again without them."""

    def __init__(self, errors: dict[int, IdentityTaken]) -> None:
        super().__init__(f"{len(errors)} submissions rejected")
        self.errors = errors
        # by position in the sequence that was to be written


@dataclass(slots=True)
class _Planned:
    """What becomes of one submitted row."""

    row: Row
    submission: int
    id: int
    idents: tuple[Ident, ...]
    repeats: _Planned | None = None
    # an earlier row of the same transaction with the same identity
    existing: Existing | None = None

    def accepted(self) -> Accepted:
        if self.existing is not None:
            return Accepted(self.existing.uuid, self.existing.record_id, self.row.is_span, duplicate=True)
        if self.repeats is not None:
            first = self.repeats.accepted()
            return Accepted(first.uuid, first.id, first.is_span, duplicate=True)
        return Accepted(self.row.uuid, self.id, self.row.is_span, duplicate=False)


@dataclass
class Writer:
    store: Store
    destinations: Iterable[str]
    # Names; plugins may add theirs after this object is made.

    def write(
        self, session: Session, submissions: Sequence[Submission], *, first_id: int, now: datetime
    ) -> list[list[Accepted]]:
        """Results in the order of `submissions` and their rows.

        `first_id` becomes the batch's id, the ids after it those of the rows. Raises `Rejected`.
        """
        planned = _plan(submissions, first_id + 1)
        wanted = [plan for plan in planned if plan.repeats is None]
        self._resolve(session, wanted)
        new = [plan for plan in wanted if plan.existing is None]
        if new:
            self._insert(session, first_id, new, now)
        touch(session, (submission.api_key_id for submission in submissions if submission.touch_key), now)
        results: list[list[Accepted]] = [[] for _ in submissions]
        for plan in planned:
            results[plan.submission].append(plan.accepted())
        return results

    def _resolve(self, session: Session, wanted: Sequence[_Planned]) -> None:
        """Claim identities; rows whose identity is taken learn by whom. Raises `Rejected`."""
        fresh = [_claim(plan, ident) for plan in wanted if not _contested(plan) for ident in plan.idents]
        contested = [_claim(plan, ident) for plan in wanted if _contested(plan) for ident in plan.idents]
        if fresh:
            self.store.claim_fresh(session, fresh)
        if not contested:
            return
        # In one order everywhere: two processes that want the same identities wait for each other, never in a circle.
        contested.sort(key=lambda claim: claim.ident)
        taken = self.store.claim(session, contested)
        if not taken:
            return
        leftover: list[Ident] = []
        errors: dict[int, IdentityTaken] = {}
        for plan in wanted:
            owners = [taken[ident] for ident in plan.idents if ident in taken]
            if not owners:
                continue
            plan.existing = owners[0]
            leftover += [ident for ident in plan.idents if ident not in taken]
            if owners[0].is_span != plan.row.is_span:
                errors[plan.submission] = IdentityTaken(is_span=plan.row.is_span)
        duplicates = [plan for plan in wanted if plan.existing is not None]
        for plan in _without_source(session, duplicates):
            errors[plan.submission] = IdentityTaken(is_span=plan.row.is_span)
        if errors:
            raise Rejected(errors)
        if leftover:
            _release(session, leftover)

    def _insert(self, session: Session, batch_id: int, new: Sequence[_Planned], now: datetime) -> None:
        events = [(plan.id, plan.row.encoded) for plan in new if not plan.row.is_span]
        spans = [(plan.id, plan.row.encoded) for plan in new if plan.row.is_span]
        if events:
            self.store.insert_events(session, batch_id, events)
        if spans:
            self.store.insert_spans(session, batch_id, spans)
        batch = Batch(
            id=batch_id,
            committed_at=now,
            first_record_id=new[0].id,
            last_record_id=new[-1].id,
            earliest=min(plan.row.recorded_at for plan in new),
            latest=max(plan.row.recorded_at for plan in new),
            event_count=len(events),
            span_count=len(spans),
        )
        self.store.insert_batch(session, batch, list(self.destinations))


def _plan(submissions: Sequence[Submission], next_id: int) -> list[_Planned]:
    """Number the rows and find repeats among them. Raises `Rejected` when a repeat is of the other kind."""
    first: dict[Ident, _Planned] = {}
    planned: list[_Planned] = []
    errors: dict[int, IdentityTaken] = {}
    for position, submission in enumerate(submissions):
        for row in submission.rows:
            plan = _Planned(row, position, next_id, _idents(row))
            next_id += 1
            plan.repeats = next((first[ident] for ident in plan.idents if ident in first), None)
            if plan.repeats is None:
                first.update(dict.fromkeys(plan.idents, plan))
            elif plan.repeats.row.is_span != row.is_span:
                errors[position] = IdentityTaken(is_span=row.is_span)
            planned.append(plan)
    if errors:
        raise Rejected(errors)
    return planned


def _idents(row: Row) -> tuple[Ident, ...]:
    own = Ident(row.project_id, row.uuid)
    if row.natural_uuid is None or row.natural_uuid == row.uuid:
        return (own,)
    return (own, Ident(row.project_id, row.natural_uuid))


def _contested(plan: _Planned) -> bool:
    return plan.row.client_uuid or plan.row.natural_uuid is not None


def _claim(plan: _Planned, ident: Ident) -> Claim:
    record_uuid = None if ident.uuid == plan.row.uuid else plan.row.uuid
    return Claim(ident, plan.id, plan.row.recorded_at, plan.row.is_span, record_uuid)


def _without_source(session: Session, duplicates: Sequence[_Planned]) -> list[_Planned]:
    """Duplicates of rows that are gone although nobody retired them."""
    missing: list[_Planned] = []
    for model, column, is_span in (
        (IngestEvent, IngestEvent.occurred_at, False),
        (TraceSpan, TraceSpan.started_at, True),
    ):
        unsure = [
            (plan, plan.existing)
            for plan in duplicates
            if plan.existing is not None and plan.existing.is_span == is_span and not plan.existing.retired
        ]
        if not unsure:
            continue
        # The time leads to the partition, the id to the row.
        times = [existing.recorded_at for _, existing in unsure]
        found = set(
            session.scalars(
                select(model.id).where(
                    model.id.in_([existing.record_id for _, existing in unsure]),
                    column.between(min(times), max(times)),
                )
            )
        )
        missing += [plan for plan, existing in unsure if existing.record_id not in found]
    return missing


def _release(session: Session, idents: Sequence[Ident]) -> None:
    """Give back identities that were claimed for rows which turned out to be duplicates by their other identity."""
    session.execute(
        delete(TelemetryIdentity)
        .where(tuple_(TelemetryIdentity.project_id, TelemetryIdentity.uuid).in_([tuple(ident) for ident in idents]))
        .execution_options(synchronize_session=False)
    )
