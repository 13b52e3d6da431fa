"""Writing submissions in one transaction: identities, rows, one batch, one delivery per destination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, tuple_
from sqlalchemy.orm import Session

from logister_core.db.driver_errors import as_sqlalchemy_errors
from logister_core.ingest.models import TelemetryIdentity
from logister_core.ingest.planning import Planned, Refused, plan, settle
from logister_core.ingest.stores.base import Batch, Claim, Ident, Store
from logister_core.ingest.submission import Accepted, IdentityTaken, Submission
from logister_core.ingest.usage import touch


class Rejected(Exception):
    """Some submissions cannot be accepted. Nothing may be committed: write the others again without them."""

    def __init__(self, errors: dict[int, IdentityTaken]) -> None:
        super().__init__(f"{len(errors)} submissions rejected")
        self.errors = errors
        # by position in the sequence that was to be written


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
        planned, refused = plan(submissions, first_id + 1)
        if refused:
            raise Rejected(_by_submission(refused))
        wanted = [item for item in planned if item.repeats is None]
        with as_sqlalchemy_errors(session):
            self._resolve(session, wanted)
            new = [item for item in wanted if item.existing is None]
            if new:
                self._insert(session, first_id, new, now)
        touch(session, (submission.use for submission in submissions if submission.use is not None), now)
        results: list[list[Accepted]] = [[] for _ in submissions]
        for item in planned:
            results[item.submission].append(item.accepted())
        return results

    def _resolve(self, session: Session, wanted: Sequence[Planned]) -> None:
        """Claim identities; rows whose identity is taken learn by whom. Raises `Rejected`."""
        fresh = [_claim(item, ident) for item in wanted if not _contested(item) for ident in item.idents]
        contested = [_claim(item, ident) for item in wanted if _contested(item) for ident in item.idents]
        if fresh:
            self.store.claim_fresh(session, fresh)
        if not contested:
            return
        # In one order everywhere: two processes that want the same identities wait for each other, never in a circle.
        contested.sort(key=lambda claim: (claim.ident.project_id, claim.ident.uuid.int))
        taken = self.store.claim(session, contested)
        if not taken:
            return
        refused = settle(session, wanted, taken)
        if refused:
            raise Rejected(_by_submission(refused))
        leftover = [
            ident for item in wanted if item.existing is not None for ident in item.idents if ident not in taken
        ]
        if leftover:
            _release(session, leftover)

    def _insert(self, session: Session, batch_id: int, new: Sequence[Planned], now: datetime) -> None:
        events = [(item.id, item.row.encoded) for item in new if not item.row.is_span]
        spans = [(item.id, item.row.encoded) for item in new if item.row.is_span]
        if events:
            self.store.insert_events(session, batch_id, events)
        if spans:
            self.store.insert_spans(session, batch_id, spans)
        batch = Batch(
            id=batch_id,
            committed_at=now,
            first_record_id=new[0].id,
            last_record_id=new[-1].id,
            earliest=min(item.row.recorded_at for item in new),
            latest=max(item.row.recorded_at for item in new),
            event_count=len(events),
            span_count=len(spans),
        )
        self.store.insert_batch(session, batch, list(self.destinations))


def _by_submission(refused: Refused) -> dict[int, IdentityTaken]:
    sentences: dict[int, dict[int, str]] = {}
    is_span: dict[int, bool] = {}
    for item, sentence in refused:
        sentences.setdefault(item.submission, {}).setdefault(item.position, sentence)
        is_span.setdefault(item.submission, item.row.is_span)
    return {number: IdentityTaken(by_row, is_span=is_span[number]) for number, by_row in sentences.items()}


def _contested(item: Planned) -> bool:
    """Whether somebody else may want the same identity: one that was not made by us a moment ago."""
    return item.row.client_uuid or item.row.natural_uuid is not None


def _claim(item: Planned, ident: Ident) -> Claim:
    record_uuid = None if ident.uuid == item.row.uuid else item.row.uuid
    return Claim(ident, item.id, item.row.recorded_at, item.row.is_span, record_uuid)


def _release(session: Session, idents: Sequence[Ident]) -> None:
    """Give back identities that were claimed for rows which turned out to be duplicates by their other identity."""
    session.execute(
        delete(TelemetryIdentity)
        .where(tuple_(TelemetryIdentity.project_id, TelemetryIdentity.uuid).in_([tuple(ident) for ident in idents]))
        .execution_options(synchronize_session=False)
    )
