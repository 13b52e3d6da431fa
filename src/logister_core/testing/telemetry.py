"""A migrated database with a project and a key, and submissions as intake makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, update

from logister_core.accounts.models import User
from logister_core.api_keys.models import ApiKey
from logister_core.db.engine import make_engine
from logister_core.db.migrate import upgrade
from logister_core.db.sessions import read_transaction, write_transaction
from logister_core.ingest.acceptor import GroupAcceptor
from logister_core.ingest.credentials import Credential
from logister_core.ingest.ids import TelemetryIDs
from logister_core.ingest.known_deployments import KnownDeployments
from logister_core.ingest.normalization import normalize_event
from logister_core.ingest.project_facts import ProjectFacts
from logister_core.ingest.reception import Sender
from logister_core.ingest.rows import RowBuilder
from logister_core.ingest.stores import store_for
from logister_core.ingest.submission import Accepted, Submission
from logister_core.ingest.writer import Writer
from logister_core.outbox.models import TelemetryBatch, TelemetryDelivery
from logister_core.projects.models import GroupingStrategy, IntegrationKind, Project

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Telemetry:
    """`now` stands still until a test moves it; `clock()` reads it."""

    engine: Engine
    now: datetime = START
    credential: Credential = field(init=False)

    def __post_init__(self) -> None:
        self.credential = self.make_project()

    @classmethod
    def on(cls, database_url: str) -> Telemetry:
        """On a database that may still be empty."""
        engine = make_engine(database_url, pool_size=20)
        upgrade(engine)
        return cls(engine)

    def clock(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def make_project(self) -> Credential:
        """A new project with a key; what intake knows of them."""
        born = {"created_at": self.now, "updated_at": self.now}
        with write_transaction(self.engine) as db:
            owner = User(email=f"{uuid4().hex}@example.com", name="Ana", password_hash="-", **born)  # noqa: S106
            db.add(owner)
            db.flush()
            project = Project(
                owner_id=owner.id,
                name="Shop",
                slug="shop",
                integration_kind=IntegrationKind.PYTHON.value,
                grouping_strategy=GroupingStrategy.STACK.value,
                **born,
            )
            db.add(project)
            db.flush()
            key = ApiKey(project_id=project.id, name="kit", token_digest=uuid4().hex, **born)
            db.add(key)
            db.flush()
            return Credential(key.id, ProjectFacts.of(project))

    def event(self, message: str = "boom", *, uuid: UUID | None = None, **values: Any) -> dict[str, Any]:
        """An error of this moment, as a client sends it."""
        return {
            "event_type": "error",
            "message": message,
            "occurred_at": self.now.isoformat(),
            "uuid": None if uuid is None else str(uuid),
        } | values

    def span(self, *, uuid: UUID | None = None, **values: Any) -> dict[str, Any]:
        """A span with a trace and span id of its own."""
        return {
            "event_type": "span",
            "message": "GET /",
            "uuid": None if uuid is None else str(uuid),
            "context": {"trace_id": uuid4().hex, "span_id": uuid4().hex[:16], "started_at": self.now.isoformat()},
        } | values

    def submission(self, *events: dict[str, Any], credential: Credential | None = None) -> Submission:
        """What a request thread hands to the acceptor for these events."""
        rows = RowBuilder(store_for(self.engine), KnownDeployments())
        sender = Sender(
            credential=credential or self.credential, ip="192.0.2.1", user_agent="kit", received_at=self.now
        )
        records = [
            normalize_event(event, received_at=self.now, default_environment="production", mobile=False)
            for event in events
        ]
        return Submission([rows.row(record, sender) for record in records])

    def accept(self, destination: str, *events: dict[str, Any]) -> list[Accepted]:
        """Commit the events as one batch that owes `destination` a delivery."""
        return self.group_acceptor([destination]).accept(self.submission(*events))

    def writer(self, destinations: Sequence[str] = ()) -> Writer:
        return Writer(store_for(self.engine), destinations)

    def group_acceptor(self, destinations: Sequence[str] = (), hint: Callable[[], None] | None = None) -> GroupAcceptor:
        return GroupAcceptor(
            engine=self.engine,
            writer=self.writer(destinations),
            ids=TelemetryIDs(self.engine),
            hint=hint or (lambda: None),
            clock=self.clock,
        )

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table, by primary key."""
        with read_transaction(self.engine) as db:
            return list(db.query(model).order_by(*model.__table__.primary_key.columns))

    def batches(self) -> list[TelemetryBatch]:
        return self.rows(TelemetryBatch)

    def deliveries(self) -> list[TelemetryDelivery]:
        return self.rows(TelemetryDelivery)

    def make_due(self) -> None:
        """What waits for its back-off or for another worker's lease need not wait any longer."""
        with write_transaction(self.engine) as db:
            db.execute(update(TelemetryDelivery).values(available_at=self.now))
