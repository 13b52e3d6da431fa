"""The benchmark's project, and the tables it fills and empties."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import click
from sqlalchemy import Engine, delete, exists, func, or_, select, text

from logister_core.accounts.models import User
from logister_core.api_keys.services import ApiKeyService
from logister_core.db.base import Base
from logister_core.db.migrate import upgrade
from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.error_groups.models import ErrorGroup, ErrorGroupCount, ErrorOccurrence
from logister_core.ingest.models import IngestEvent, TelemetryDictionary, TelemetryIdentity, TraceSpan
from logister_core.outbox.models import DeliveryStatus, TelemetryBatch, TelemetryDelivery, TelemetryFailure
from logister_core.projects.models import Project
from logister_core.projects.services import ProjectService
from logister_core.settings import Settings

OWNER = "bench@logister.invalid"

FILLED: tuple[type[Base], ...] = (
    IngestEvent,
    TraceSpan,
    TelemetryIdentity,
    TelemetryBatch,
    TelemetryFailure,
    ErrorGroup,
    # Last, since what counts the groups also counts that they go.
    ErrorGroupCount,
)

# What accepting events fills; a worker adds occurrences.
STORED: tuple[type[Base], ...] = (
    IngestEvent,
    TelemetryIdentity,
    TelemetryBatch,
    TelemetryDelivery,
    TelemetryDictionary,
)


@dataclass(frozen=True)
class Stored:
    events: int
    batches: int


@dataclass(frozen=True)
class Grouped:
    occurrences: int
    counted: int
    """The sum of the groups' counters."""
    groups: int


@dataclass(frozen=True)
class Target:
    """Where the benchmark writes."""

    engine: Engine
    project_id: int
    api_key_id: int
    token: str

    def clear(self) -> None:
        """Remove all telemetry and what was made of it; every figure starts from empty tables."""
        _clear(self.engine)

    def stored(self) -> Stored:
        with read_transaction(self.engine) as db:
            return Stored(
                events=db.scalar(select(func.count()).select_from(IngestEvent)) or 0,
                batches=db.scalar(select(func.count()).select_from(TelemetryBatch)) or 0,
            )

    def grouped(self) -> Grouped:
        with read_transaction(self.engine) as db:
            return Grouped(
                occurrences=db.scalar(select(func.count()).select_from(ErrorOccurrence)) or 0,
                counted=db.scalar(select(func.coalesce(func.sum(ErrorGroup.occurrence_count), 0))) or 0,
                groups=db.scalar(select(func.count()).select_from(ErrorGroup)) or 0,
            )

    def undelivered(self) -> bool:
        """Whether anything that was accepted still waits for the projector."""
        waiting = exists().where(TelemetryDelivery.status != DeliveryStatus.COMPLETED.value)
        with read_transaction(self.engine) as db:
            return bool(db.scalar(select(waiting)))

    def event_bytes(self) -> dict[str, int]:
        """Of each table that accepting events fills, with all its parts and indexes. PostgreSQL only."""
        return {model.__tablename__: self._bytes(model) for model in STORED}

    def occurrence_bytes(self) -> int:
        return self._bytes(ErrorOccurrence)

    def _bytes(self, model: type[Base]) -> int:
        parts = "(SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(CAST(:name AS regclass)))"
        whole = text(f"SELECT coalesce({parts}, pg_total_relation_size(CAST(:name AS regclass)))")
        with read_transaction(self.engine) as db:
            return int(db.execute(whole, {"name": model.__tablename__}).scalar_one())

    def describe(self) -> dict[str, str]:
        """What the server is and whether a commit waits for the disk."""
        with read_transaction(self.engine) as db:
            return {
                name: str(db.scalar(text(f"SHOW {name}"))) for name in ("server_version", "fsync", "synchronous_commit")
            }


@contextmanager
def emptied(engine: Engine) -> Iterator[None]:
    """A migrated database that nobody uses, empty before and after.

    Raises when it holds anything else: what the benchmark does is not for data that somebody wants.
    """
    upgrade(engine)
    _refuse_used(engine)
    _clear(engine)
    _remove(engine)
    try:
        yield
    finally:
        _clear(engine)
        _remove(engine)


@contextmanager
def target(engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> Iterator[Target]:
    """A project with a key on a database that nobody uses; both are removed at the end, with all they received.

    Raises when the database holds anything else: what the benchmark does is not for data that somebody wants.
    """
    with emptied(engine):
        with write_transaction(engine) as db:
            now = clock()
            owner = User(
                email=OWNER, name="Benchmark", password_hash=secrets.token_hex(), created_at=now, updated_at=now
            )
            db.add(owner)
            db.flush()
            project = ProjectService(db, clock).create(
                owner, name="Benchmark", description="", integration_kind="python"
            )
            key, token = ApiKeyService(db, clock, settings).create(project, None, name="load generator")
            made = Target(engine, project.id, key.id, token)
        yield made


def _clear(engine: Engine) -> None:
    with write_transaction(engine) as db:
        if engine.dialect.name == "postgresql":
            tables = ", ".join(model.__tablename__ for model in FILLED)
            db.execute(text(f"TRUNCATE {tables} CASCADE"))
        else:
            for model in FILLED:
                db.execute(delete(model).execution_options(synchronize_session=False))


def _refuse_used(engine: Engine) -> None:
    others = select(User.id).where(User.email != OWNER)
    strangers = select(Project.id).join(Project.owner).where(User.email != OWNER)
    with read_transaction(engine) as db:
        if db.scalar(select(or_(others.exists(), strangers.exists()))):
            raise click.ClickException(
                "the database of DATABASE_URL is in use; the benchmark empties tables and needs a database of its own"
            )


def _remove(engine: Engine) -> None:
    ours = select(User.id).where(User.email == OWNER)
    with write_transaction(engine) as db:
        for statement in (
            delete(TelemetryDictionary),
            delete(Project).where(Project.owner_id.in_(ours)),
            delete(User).where(User.email == OWNER),
        ):
            db.execute(statement.execution_options(synchronize_session=False))
