"""Where accepted batches are written to (specification, ClickHouse chapter §7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.ingest.body import unpack_body
from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge
from logister_plugins.clickhouse.failures import FailureLog
from logister_plugins.clickhouse.mapping import event_row, span_row
from logister_plugins.clickhouse.server import server_of

if TYPE_CHECKING:
    from logister_core.types import Registry

NAME: Final = "clickhouse"
# Of one insert. Few large ones are what ClickHouse is made for; the bytes bound what is held in memory.
ROWS_AT_ONCE: Final = 5000
BYTES_AT_ONCE: Final = 4 * 2**20
READ_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Signal:
    """`kind` stands in tokens and in the log."""

    kind: str
    model: Any
    time: Any
    row: Callable[[Any, str, dict[str, Any]], dict[str, Any]]


EVENT: Final = Signal("clickhouse_event", IngestEvent, IngestEvent.occurred_at, event_row)
SPAN: Final = Signal("clickhouse_span", TraceSpan, TraceSpan.started_at, span_row)


class ClickHouseDestination:
    """Twice equals once: ClickHouse drops an insert whose token it knows, and the views of facts show each row once.

    The token is made of the rows. A batch that comes again as it came has the same; should it come joined with others,
    its rows are stored a second time and still count once.
    """

    name = NAME
    max_rows = ROWS_AT_ONCE
    outside = True

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._failures = FailureLog()

    def ready(self) -> bool:
        return server_of(self._registry).breaker.would_allow()

    def apply(self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> None:
        server = server_of(self._registry)
        tables = ((EVENT, server.settings.events_table), (SPAN, server.settings.spans_table))
        for signal, table in tables:
            try:
                for token, lines in _inserts(session, signal, batches, skip):
                    server.insert(table, lines, token=token)
            except Exception as error:
                self._failures.tell(signal.kind, error, throttle_seconds=server.settings.failure_throttle_seconds)
                raise


def _inserts(
    session: Session, signal: Signal, batches: Sequence[TelemetryBatch], skip: frozenset[int]
) -> Iterator[tuple[str, bytes]]:
    """Token and lines of each insert; the same for the same rows. Those of a project that is deleted are left out."""
    uuids: list[UUID] = []
    lines: list[bytes] = []
    size = 0
    for row, slug in session.execute(
        select(signal.model, Project.slug)
        .join(Project, Project.id == signal.model.project_id)
        .where(in_batches(signal.model, signal.time, batches), Project.id.not_in(select(ProjectPurge.project_id)))
        .order_by(signal.model.id)
        .execution_options(yield_per=READ_AT_ONCE)
    ):
        if row.id in skip:
            continue
        line = orjson.dumps(signal.row(row, slug, unpack_body(row.body, session)), option=orjson.OPT_APPEND_NEWLINE)
        if lines and (len(lines) == ROWS_AT_ONCE or size + len(line) > BYTES_AT_ONCE):
            yield insert_token(signal.kind, uuids), b"".join(lines)
            uuids, lines, size = [], [], 0
        uuids.append(row.uuid)
        lines.append(line)
        size += len(line)
    if lines:
        yield insert_token(signal.kind, uuids), b"".join(lines)


def insert_token(kind: str, uuids: Sequence[UUID]) -> str:
    rows = "|".join(sorted(map(str, uuids)))
    return f"logister-v1-{kind}-{hashlib.sha256(rows.encode()).hexdigest()}"
