"""Recurring jobs: when they are due, and how a slot runs once with any number of processes.

The state is a row per job. Whoever moves the row to the current slot sends the message; a lease makes the slot
available again when the message or its worker is lost, so the series survives an empty Redis.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import dramatiq
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.db.upsert import insert_for
from logister_core.tasks.models import RecurringJobState

if TYPE_CHECKING:
    from logister_core.types import Configurator, Registry

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

# A slot that was handed out and not completed after this long is handed out again.
LEASE = timedelta(minutes=5)

MESSAGE_OPTION = "recurring_job"


@dataclass(frozen=True)
class RecurringJob:
    """`every` lies on multiples since the epoch, UTC; a daily job lies at `at`."""

    name: str
    function: Callable[..., None]
    every: timedelta = DAY
    at: time = time(0)

    def slot(self, now: datetime) -> datetime:
        """The latest occurrence at or before `now`."""
        offset = timedelta(hours=self.at.hour, minutes=self.at.minute)
        return EPOCH + ((now - EPOCH - offset) // self.every) * self.every + offset

    def next(self, now: datetime) -> datetime:
        """The first occurrence strictly after `now`."""
        return self.slot(now) + self.every


def add_recurring_job(
    config: Configurator,
    name: str,
    function: Callable[..., None],
    *,
    every: timedelta = DAY,
    at: time = time(0),
) -> None:
    """Directive: run the actor `function` on a schedule."""
    config.registry.recurring_jobs[name] = RecurringJob(name, function, every, at)


def tick(registry: Registry) -> list[str]:
    """Hand out every slot that is due; the names of the jobs sent.

    A job whose message cannot be sent is given back, so that the next tick tries again.
    """
    now = registry.clock()
    due = _due(registry, now)
    sent = []
    for job in due:
        if not claim(registry, job, now):
            continue
        try:
            _send(registry, job)
        except Exception:
            logger.warning("recurring.schedule_failed job=%s", job.name, exc_info=True)
            _give_back(registry, job, now)
        else:
            sent.append(job.name)
    return sent


def claim(registry: Registry, job: RecurringJob, now: datetime) -> bool:
    """Take the current slot of `job`; false when somebody else has it."""
    slot = job.slot(now)
    values = {"slot": slot, "lease_expires_at": now + LEASE, "started_at": None, "completed_at": None}
    state = RecurringJobState
    with write_transaction(registry.engine) as db:
        statement = insert_for(db, state).values(name=job.name, **values)
        statement = statement.on_conflict_do_update(
            index_elements=[state.name],
            set_=values,
            where=or_(state.slot < slot, _lost(slot, now)),
        )
        return db.scalar(statement.returning(state.name)) is not None


def _due(registry: Registry, now: datetime) -> list[RecurringJob]:
    # A look before the claim: on SQLite a claim takes the write lock, and mostly nothing is due.
    with read_transaction(registry.engine) as db:
        states = {state.name: state for state in db.scalars(select(RecurringJobState))}
    return [job for job in registry.recurring_jobs.values() if _is_due(job, states.get(job.name), now)]


def _is_due(job: RecurringJob, state: RecurringJobState | None, now: datetime) -> bool:
    if state is None or state.slot < job.slot(now):
        return True
    return state.slot == job.slot(now) and state.completed_at is None and state.lease_expires_at < now


def _lost(slot: datetime, now: datetime) -> Any:
    state = RecurringJobState
    return and_(state.slot == slot, state.completed_at.is_(None), state.lease_expires_at < now)


def _send(registry: Registry, job: RecurringJob) -> None:
    from logister_core.tasks.actors import actor_name

    registry.actors[actor_name(job.function)].send_with_options(recurring_job=job.name)


def _give_back(registry: Registry, job: RecurringJob, now: datetime) -> None:
    with write_transaction(registry.engine) as db:
        _set(db, job.name, lease_expires_at=now)


def _set(db: Session, name: str, **values: Any) -> None:
    db.execute(update(RecurringJobState).where(RecurringJobState.name == name).values(**values))


class RecurringState(dramatiq.Middleware):
    """Writes when a recurring job started, completed or failed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @property
    def actor_options(self) -> set[str]:
        return {MESSAGE_OPTION}

    def before_process_message(self, _broker: Any, message: Any) -> None:
        self._record(message, started_at=self._registry.clock())

    def after_process_message(
        self, _broker: Any, message: Any, *, result: Any = None, exception: BaseException | None = None
    ) -> None:
        now = self._registry.clock()
        if exception is None:
            self._record(message, completed_at=now)
        else:
            self._record(message, failed_at=now, last_error=f"{type(exception).__name__}: {exception}"[:1000])

    def _record(self, message: Any, **values: Any) -> None:
        name = message.options.get(MESSAGE_OPTION)
        if name is None:
            return
        with write_transaction(self._registry.engine) as db:
            _set(db, name, **values)
