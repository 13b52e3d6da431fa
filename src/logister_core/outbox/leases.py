"""Taking deliveries, finishing them, giving them back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Row, and_, select, update
from sqlalchemy.orm import Session

from logister_core.db.sessions import write_transaction
from logister_core.outbox.models import DeliveryStatus, TelemetryBatch, TelemetryDelivery

# A worker that has not finished by then is taken for dead, and its deliveries are due again.
LEASE = timedelta(minutes=2)

# Bound of one lease: enough small batches to be worth a transaction, few enough to read in one go.
MAX_DELIVERIES = 500

LONGEST_BACK_OFF_SECONDS = 900


class LeaseLost(Exception):
    """Somebody else took the deliveries over; what was done for them must not be committed."""


@dataclass(frozen=True)
class Lease:
    token: str
    destination: str
    batches: Sequence[TelemetryBatch]
    attempts: int
    # of the delivery that was tried most often, this time included


def take(engine: Engine, destination: str, *, now: datetime, max_rows: int) -> Lease | None:
    """Lease due deliveries of `destination`, oldest first, up to about `max_rows` rows; None when nothing is due.

    Deliveries that were tried before are leased alone, so that a batch that cannot succeed holds up nobody.
    """
    with write_transaction(engine) as db:
        due = db.execute(
            select(TelemetryDelivery, TelemetryBatch)
            .join(TelemetryBatch)
            .where(
                TelemetryDelivery.destination == destination,
                TelemetryDelivery.status != DeliveryStatus.COMPLETED.value,
                TelemetryDelivery.available_at <= now,
            )
            .order_by(TelemetryDelivery.available_at, TelemetryDelivery.id)
            .limit(MAX_DELIVERIES)
            .with_for_update(skip_locked=True, of=TelemetryDelivery)
        ).all()
        chosen = _choose(due, max_rows)
        if not chosen:
            return None
        token = secrets.token_hex(16)
        db.execute(
            update(TelemetryDelivery)
            .where(TelemetryDelivery.id.in_([delivery.id for delivery, _ in chosen]))
            .values(
                status=DeliveryStatus.PROCESSING.value,
                attempts=TelemetryDelivery.attempts + 1,
                available_at=now + LEASE,
                lease_token=token,
            )
            .execution_options(synchronize_session=False)
        )
        attempts = max(delivery.attempts for delivery, _ in chosen) + 1
        return Lease(token, destination, [batch for _, batch in chosen], attempts)


def _choose(
    due: Sequence[Row[TelemetryDelivery, TelemetryBatch]], max_rows: int
) -> Sequence[Row[TelemetryDelivery, TelemetryBatch]]:
    if due and due[0][0].attempts > 0:
        return due[:1]
    chosen: list[Row[TelemetryDelivery, TelemetryBatch]] = []
    rows = 0
    for row in due:
        delivery, batch = row
        if delivery.attempts > 0 or (chosen and rows + batch.event_count + batch.span_count > max_rows):
            break
        chosen.append(row)
        rows += batch.event_count + batch.span_count
    return chosen


def finish(session: Session, lease: Lease, *, now: datetime) -> None:
    """Mark the lease's deliveries completed, in the transaction that did their work. Raises `LeaseLost`."""
    finished = session.execute(
        update(TelemetryDelivery)
        .where(_held(lease))
        .values(
            status=DeliveryStatus.COMPLETED.value,
            completed_at=now,
            lease_token=None,
            last_error=None,
            last_error_at=None,
        )
        .returning(TelemetryDelivery.id)
        .execution_options(synchronize_session=False)
    )
    if len(finished.all()) != len(lease.batches):
        raise LeaseLost(lease.destination)


def give_back(engine: Engine, lease: Lease, error: BaseException, *, now: datetime, at_once: bool = False) -> None:
    """Make the deliveries due again, at once or after a back-off that grows with the attempts."""
    delay = 0 if at_once else min(2 ** min(lease.attempts, 10), LONGEST_BACK_OFF_SECONDS)
    with write_transaction(engine) as db:
        db.execute(
            update(TelemetryDelivery)
            .where(_held(lease))
            .values(
                status=DeliveryStatus.RETRYING.value,
                available_at=now + timedelta(seconds=delay),
                lease_token=None,
                last_error=f"{type(error).__name__}: {error}"[:4000],
                last_error_at=now,
            )
        )


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(
        TelemetryDelivery.batch_id.in_([batch.id for batch in lease.batches]),
        TelemetryDelivery.destination == lease.destination,
        TelemetryDelivery.lease_token == lease.token,
    )
