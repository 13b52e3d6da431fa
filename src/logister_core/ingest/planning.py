"""What becomes of submitted rows: new, a repeat of another, known from before, or refused.

The rules of identity (specification, ingest chapter §9.1): a UUID that is taken by a row of the same kind makes the
submitted row a duplicate, answered with the first row's id, also after retention removed it; a UUID taken by a row of
the other kind, or by a row that vanished without being retired, is an error. Within one transaction the first one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.ingest.models import IngestEvent, TelemetryIdentity, TraceSpan
from logister_core.ingest.stores.base import Existing, Ident
from logister_core.ingest.submission import SPAN_TAKEN, UUID_TAKEN, Accepted, Row, Submission

# UUIDs in one query; databases bound the parameters of a statement.
LOOKED_UP_AT_ONCE = 1000

Refused = list[tuple["Planned", str]]
"""Rows that cannot be accepted, each with the sentence that says why."""


@dataclass(slots=True)
class Planned:
    """What becomes of one submitted row."""

    row: Row
    submission: int
    position: int
    # of the row in its submission
    is_batch: bool
    id: int
    idents: tuple[Ident, ...]
    repeats: Planned | None = None
    # an earlier row of the same transaction with the same identity
    existing: Existing | None = None

    def accepted(self) -> Accepted:
        if self.existing is not None:
            return Accepted(self.existing.uuid, self.existing.record_id, self.row.is_span, duplicate=True)
        if self.repeats is not None:
            first = self.repeats.accepted()
            return Accepted(first.uuid, first.id, first.is_span, duplicate=True)
        return Accepted(self.row.uuid, self.id, self.row.is_span, duplicate=False)


def plan(submissions: Iterable[Submission], next_id: int) -> tuple[list[Planned], Refused]:
    """Number the rows and find repeats among them; a repeat of the other kind is refused."""
    first: dict[Ident, Planned] = {}
    planned: list[Planned] = []
    refused: Refused = []
    for number, submission in enumerate(submissions):
        for position, row in enumerate(submission.rows):
            item = Planned(row, number, position, submission.is_batch, next_id, _idents(row))
            next_id += 1
            item.repeats = next((first[ident] for ident in item.idents if ident in first), None)
            if item.repeats is None:
                first.update(dict.fromkeys(item.idents, item))
            elif item.repeats.row.is_span != row.is_span:
                refused.append((item, UUID_TAKEN))
            elif item.is_batch and item.idents[0] not in first:
                refused.append((item, SPAN_TAKEN))
            planned.append(item)
    return planned, refused


def settle(session: Session, wanted: Sequence[Planned], taken: Mapping[Ident, Existing]) -> Refused:
    """Let rows whose identity is `taken` know by whom; those that cannot be duplicates of it are refused."""
    refused: Refused = []
    for item in wanted:
        owners = [taken[ident] for ident in item.idents if ident in taken]
        if not owners:
            continue
        item.existing = owners[0]
        if owners[0].is_span != item.row.is_span:
            refused.append((item, UUID_TAKEN))
        elif item.is_batch and item.idents[0] not in taken:
            refused.append((item, SPAN_TAKEN))
    duplicates = [item for item in wanted if item.existing is not None]
    return refused + [(item, UUID_TAKEN) for item in _without_source(session, duplicates)]


def look_up(session: Session, submission: Submission) -> tuple[dict[int, str], dict[int, Accepted]]:
    """What would become of the rows, without storing any: errors, and rows that were stored before, by position."""
    planned, refused = plan([submission], 0)
    wanted = [item for item in planned if item.repeats is None]
    refused += settle(session, wanted, _owners(session, {ident for item in wanted for ident in item.idents}))
    errors: dict[int, str] = {}
    for item, sentence in refused:
        errors.setdefault(item.position, sentence)
    known = {item.position: item.accepted() for item in planned if _first(item).existing is not None}
    return errors, known


def _first(item: Planned) -> Planned:
    return item if item.repeats is None else _first(item.repeats)


def _owners(session: Session, idents: Iterable[Ident]) -> dict[Ident, Existing]:
    by_project: dict[int, list[UUID]] = {}
    for ident in idents:
        by_project.setdefault(ident.project_id, []).append(ident.uuid)
    found = {}
    for project_id, uuids in by_project.items():
        for start in range(0, len(uuids), LOOKED_UP_AT_ONCE):
            rows = select(TelemetryIdentity).where(
                TelemetryIdentity.project_id == project_id,
                TelemetryIdentity.uuid.in_(uuids[start : start + LOOKED_UP_AT_ONCE]),
            )
            for row in session.scalars(rows):
                found[Ident(project_id, row.uuid)] = Existing(
                    row.record_id, row.recorded_at, row.is_span, row.record_uuid or row.uuid, row.retired_at is not None
                )
    return found


def _idents(row: Row) -> tuple[Ident, ...]:
    own = Ident(row.project_id, row.uuid)
    if row.natural_uuid is None or row.natural_uuid == row.uuid:
        return (own,)
    return (own, Ident(row.project_id, row.natural_uuid))


def _without_source(session: Session, duplicates: Sequence[Planned]) -> list[Planned]:
    """Duplicates of rows that are gone although nobody retired them."""
    missing: list[Planned] = []
    for model, column, is_span in (
        (IngestEvent, IngestEvent.occurred_at, False),
        (TraceSpan, TraceSpan.started_at, True),
    ):
        unsure = [
            (item, item.existing)
            for item in duplicates
            if item.existing is not None and item.existing.is_span == is_span and not item.existing.retired
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
        missing += [item for item, existing in unsure if existing.record_id not in found]
    return missing
