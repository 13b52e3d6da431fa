"""Working off the deliveries of one destination."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert

from logister_core.db.outage import is_collision, is_outage
from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.outbox import leases
from logister_core.outbox.destinations import Destination, is_outside, is_ready
from logister_core.outbox.models import TelemetryBatch, TelemetryFailure
from logister_core.outbox.rows import RowKey, rows_of

logger = logging.getLogger(__name__)

# A run gives way to others after this long, and asks for another one.
RUN_SECONDS = 25

# So many times a batch is tried whole before its rows are suspected one by one.
ATTEMPTS_BEFORE_BLAMING_ROWS = 3


@dataclass
class Outcome:
    batches: int = 0
    rows: int = 0
    failed_rows: int = 0
    retried: int = 0
    out_of_time: bool = False
    # Something may still be due.


def run(
    engine: Engine, destination: Destination, clock: Callable[[], datetime], *, seconds: float = RUN_SECONDS
) -> Outcome:
    """Deliver what is due until nothing is left or time is up."""
    outcome = Outcome()
    stop_at = time.monotonic() + seconds
    while is_ready(destination):
        if time.monotonic() >= stop_at:
            outcome.out_of_time = True
            break
        lease = leases.take(engine, destination.name, now=clock(), max_rows=destination.max_rows)
        if lease is None:
            break
        try:
            outcome.failed_rows += _deliver(engine, destination, lease, clock)
        except leases.LeaseLost:
            logger.warning("outbox.lease_lost destination=%s", destination.name)
        except Exception as error:
            logger.warning(
                "outbox.delivery_failed destination=%s attempt=%d", destination.name, lease.attempts, exc_info=True
            )
            # Whoever locks due deliveries may also hold some that were leased meanwhile, until it has looked at them.
            leases.give_back(engine, lease, error, now=clock(), at_once=is_collision(error))
            outcome.retried += len(lease.batches)
            if is_outside(destination) and is_outage(error):
                # The next ones would fare no better; untried, they can go together when it is back.
                break
        else:
            outcome.batches += len(lease.batches)
            outcome.rows += sum(batch.event_count + batch.span_count for batch in lease.batches)
    return outcome


def _deliver(engine: Engine, destination: Destination, lease: leases.Lease, clock: Callable[[], datetime]) -> int:
    """Apply the lease's batches; the number of rows that were given up."""
    try:
        _apply(engine, destination, lease, clock, failures={})
        return 0
    except Exception as error:
        if is_outage(error) or lease.attempts < ATTEMPTS_BEFORE_BLAMING_ROWS:
            raise
    failures = find_bad_rows(engine, destination, lease.batches)
    if 1 < len(failures) == sum(batch.event_count + batch.span_count for batch in lease.batches):
        # Rows do not all go bad at once: it is the destination, and the batch stays due.
        raise RuntimeError(f"every row fails at {destination.name}: {next(iter(failures.values()))}")
    _apply(engine, destination, lease, clock, failures)
    return len(failures)


def _apply(
    engine: Engine,
    destination: Destination,
    lease: leases.Lease,
    clock: Callable[[], datetime],
    failures: dict[RowKey, str],
) -> None:
    now = clock()
    skip = frozenset(row.id for row in failures)
    if is_outside(destination):
        with read_transaction(engine) as db:
            destination.apply(db, lease.batches, skip=skip)
    with write_transaction(engine) as db:
        if not is_outside(destination):
            destination.apply(db, lease.batches, skip=skip)
        for row, reason in failures.items():
            db.execute(
                insert(TelemetryFailure).values(
                    destination=destination.name,
                    batch_id=row.batch_id,
                    project_id=row.project_id,
                    record_id=row.id,
                    recorded_at=row.recorded_at,
                    is_span=row.is_span,
                    reason=reason,
                    failed_at=now,
                )
            )
        leases.finish(db, lease, now=now)


class _Undone(Exception):
    """Ends a trial transaction without keeping it."""


def find_bad_rows(engine: Engine, destination: Destination, batches: Sequence[TelemetryBatch]) -> dict[RowKey, str]:
    """The rows that fail on their own, with the reason, found by halving. Raises when the database is away."""
    with read_transaction(engine) as db:
        rows = rows_of(db, batches)
    everything = frozenset(row.id for row in rows)

    def failure(part: Sequence[RowKey]) -> Exception | None:
        try:
            skip = everything - {row.id for row in part}
            if is_outside(destination):
                with read_transaction(engine) as db:
                    destination.apply(db, batches, skip=skip)
                return None
            with write_transaction(engine) as db:
                destination.apply(db, batches, skip=skip)
                db.flush()
                raise _Undone
        except _Undone:
            return None
        except Exception as error:
            if is_outage(error):
                raise
            return error

    def search(part: Sequence[RowKey]) -> dict[RowKey, str]:
        error = failure(part) if part else None
        if error is None:
            return {}
        if len(part) == 1:
            return {part[0]: f"{type(error).__name__}: {error}"[:4000]}
        middle = len(part) // 2
        return search(part[:middle]) | search(part[middle:])

    return search(rows)
