"""Working off one purge. It may be stopped at any moment: what is gone stays gone, and the next run goes on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Engine, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.audit.log import BACKGROUND, AuditLog
from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.error_groups.counts import forget_counts
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge, PurgeStatus
from logister_core.purges.portions import AT_ONCE, PORTIONS

logger = logging.getLogger(__name__)

# How long somebody may work on a purge without a sign; each portion is one.
LEASE: Final = timedelta(minutes=2)

# Requests that were let in just before the keys were revoked may still be writing for so long.
QUIET: Final = timedelta(minutes=2)

# A run that fails is tried again by itself so often, later each time; then somebody has to ask for it.
ATTEMPTS: Final = 10
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=2)

# A run gives way to others after this long.
RUN_SECONDS: Final = 120

# For the audit log.
COMPLETED: Final = "project.purged"


class LeaseLost(Exception):
    """Somebody else works on the purge by now."""


@dataclass(frozen=True, slots=True)
class Lease:
    purge_id: int
    project_id: int
    requested_at: datetime
    until: datetime


def due(session: Session, now: datetime) -> list[int]:
    """Ids of the purges that somebody should work on, the oldest first."""
    purge = ProjectPurge
    return list(session.scalars(select(purge.id).where(_is_due(now)).order_by(purge.requested_at, purge.id)))


def run(engine: Engine, purge_id: int, clock: Callable[[], datetime], *, seconds: float = RUN_SECONDS) -> None:
    """Remove what there is to remove until it is done, must wait or time is up."""
    lease = _take(engine, purge_id, clock())
    if lease is None:
        return
    try:
        _remove(engine, lease, clock, time.monotonic() + seconds)
    except LeaseLost:
        logger.warning("purges.lease_lost purge=%d", purge_id)
    except Exception as error:
        logger.warning("purges.failed purge=%d", purge_id, exc_info=True)
        _fail(engine, purge_id, error, clock())


def _is_due(now: datetime) -> ColumnElement[bool]:
    purge = ProjectPurge
    working = purge.status.in_([PurgeStatus.REQUESTED.value, PurgeStatus.RUNNING.value])
    retrying = (purge.status == PurgeStatus.FAILED.value) & (purge.attempts < ATTEMPTS)
    return and_(purge.due_at <= now, or_(working, retrying))


def _take(engine: Engine, purge_id: int, now: datetime) -> Lease | None:
    purge, until = ProjectPurge, now + LEASE
    with write_transaction(engine) as db:
        taken = db.execute(
            update(purge)
            .where(purge.id == purge_id, _is_due(now))
            .values(status=PurgeStatus.RUNNING.value, due_at=until)
            .returning(purge.project_id, purge.requested_at)
        ).one_or_none()
        if taken is None:
            return None
        db.execute(update(purge).where(purge.id == purge_id, purge.started_at.is_(None)).values(started_at=now))
    return Lease(purge_id, taken.project_id, taken.requested_at, until)


def _remove(engine: Engine, lease: Lease, clock: Callable[[], datetime], stop_at: float) -> None:
    for portion in PORTIONS:
        more = True
        while more:
            if time.monotonic() >= stop_at:
                _give_back(engine, lease, clock())
                return
            now = clock()
            with write_transaction(engine) as db:
                purge = _held(db, lease)
                removed = portion.remove(db, lease.project_id, AT_ONCE)
                purge.removed = {**purge.removed, portion.name: purge.removed.get(portion.name, 0) + removed}
                purge.due_at = now + LEASE
            lease = Lease(lease.purge_id, lease.project_id, lease.requested_at, now + LEASE)
            more = removed > 0
    now = clock()
    if now < lease.requested_at + QUIET:
        _give_back(engine, lease, lease.requested_at + QUIET)
    elif not _finish(engine, lease, now):
        _give_back(engine, lease, now)


def _finish(engine: Engine, lease: Lease, now: datetime) -> bool:
    """Remove the project itself and all that hangs on it, unless something came in meanwhile."""
    with write_transaction(engine) as db:
        purge = _held(db, lease)
        # Whoever writes a row that refers to the project waits from here on, and then finds no project.
        project = db.scalar(select(Project).where(Project.id == lease.project_id).with_for_update())
        if any(portion.remove(db, lease.project_id, AT_ONCE) for portion in PORTIONS):
            return False
        _record(db, purge, project, now)
        db.execute(delete(Project).where(Project.id == lease.project_id).execution_options(synchronize_session=False))
        # Groups that went with it were counted once more.
        forget_counts(db, lease.project_id)
        purge.status = PurgeStatus.COMPLETED.value
        purge.completed_at = now
        purge.attempts = 0
        purge.failed_at = purge.last_error = None
    logger.info("purges.completed purge=%d", lease.purge_id)
    return True


def _record(db: Session, purge: ProjectPurge, project: Project | None, now: datetime) -> None:
    """That it was done, for whoever asked for it."""
    asked = None if purge.requested_by_id is None else db.get(User, purge.requested_by_id)
    AuditLog(db, lambda: now, {COMPLETED}, actor=asked, ip=BACKGROUND).record(
        COMPLETED, subject=project, purge=str(purge.uuid), rows_removed=sum(purge.removed.values())
    )


def _held(db: Session, lease: Lease) -> ProjectPurge:
    purge = db.scalar(
        select(ProjectPurge)
        .where(
            ProjectPurge.id == lease.purge_id,
            ProjectPurge.status == PurgeStatus.RUNNING.value,
            ProjectPurge.due_at == lease.until,
        )
        .with_for_update()
    )
    if purge is None:
        raise LeaseLost
    return purge


def _give_back(engine: Engine, lease: Lease, due_at: datetime) -> None:
    with write_transaction(engine) as db:
        _held(db, lease).due_at = due_at


def _fail(engine: Engine, purge_id: int, error: Exception, now: datetime) -> None:
    with write_transaction(engine) as db:
        purge = db.scalar(select(ProjectPurge).where(ProjectPurge.id == purge_id).with_for_update())
        if purge is None or purge.status != PurgeStatus.RUNNING:
            return
        purge.status = PurgeStatus.FAILED.value
        purge.failed_at = now
        purge.last_error = f"{type(error).__name__}: {error}"[:1000]
        purge.due_at = now + min(FIRST_WAIT * 2**purge.attempts, LONGEST_WAIT)
        purge.attempts += 1


def run_due(engine: Engine, clock: Callable[[], datetime]) -> None:
    """One run for each purge that is due."""
    with read_transaction(engine) as db:
        ids = due(db, clock())
    for purge_id in ids:
        run(engine, purge_id, clock)
