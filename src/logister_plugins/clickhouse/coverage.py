"""Whether ClickHouse has what was accepted: counts by project, signal and hour (ClickHouse chapter §10.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, func, literal, select, text
from sqlalchemy.orm import Session

from logister_core.db.sessions import read_transaction
from logister_core.events.frequency import hour_number
from logister_core.ingest.models import IngestEvent, TraceSpan
from logister_core.outbox.models import (
    UNFINISHED,
    DeliveryStatus,
    TelemetryBatch,
    TelemetryDelivery,
    TelemetryFailure,
)
from logister_core.projects.models import Project
from logister_core.purges.models import ProjectPurge
from logister_plugins.clickhouse.destination import NAME
from logister_plugins.clickhouse.server import Server

WINDOW: Final = timedelta(hours=24)
SPAN: Final = "span"
GAPS_TOLD: Final = 20
SAMPLE: Final = 50
# Somebody waits in front of a page, and the database has other things to do.
LONGEST_COUNT_SECONDS: Final = 10

_HOUR: Final = timedelta(hours=1)
# Project, signal and the hours since 1970.
Bucket = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Window:
    start: datetime
    end: datetime

    @classmethod
    def before(cls, now: datetime) -> Window:
        """24 hours that end at the start of the previous hour: what came in since may still be on its way."""
        end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - _HOUR
        return cls(end - WINDOW, end)

    @property
    def parameters(self) -> dict[str, int]:
        """Those of `_within`."""
        return {"start": int(self.start.timestamp()) * 1000, "end": int(self.end.timestamp()) * 1000}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the database says. `sample` has the newest identities, and whether each is a span."""

    buckets: Mapping[Bucket, int]
    sample: Mapping[UUID, bool]
    ledger: Mapping[str, Any]
    failed_rows: int
    slugs: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Coverage:
    window: Window
    accepted: Accepted
    stored: Mapping[Bucket, int]
    absent: Sequence[UUID]
    # Of the sample.

    @property
    def gaps(self) -> list[Bucket]:
        """What ClickHouse has more, because the database has let go of it, is none."""
        return sorted(bucket for bucket, number in self.accepted.buckets.items() if self.stored.get(bucket, 0) < number)

    @property
    def complete(self) -> bool:
        return not self.gaps and not self.absent and not self.accepted.failed_rows

    def details(self) -> dict[str, Any]:
        accepted, stored, gaps = self.accepted.buckets, self.stored, self.gaps
        return {
            "coverage_window_started_at": _written(self.window.start),
            "coverage_window_ended_at": _written(self.window.end),
            "postgres_events": _total(accepted, spans=False),
            "clickhouse_events": _total(stored, spans=False),
            "postgres_spans": _total(accepted, spans=True),
            "clickhouse_spans": _total(stored, spans=True),
            "coverage_bucket_count": len(accepted),
            "coverage_gap_count": len(gaps),
            "coverage_gaps": [
                {
                    "project": self.accepted.slugs.get(project, str(project)),
                    "signal": signal,
                    "hour": _written(datetime.fromtimestamp(hour * 3600, UTC)),
                    "accepted": accepted[project, signal, hour],
                    "clickhouse": stored.get((project, signal, hour), 0),
                }
                for project, signal, hour in gaps[:GAPS_TOLD]
            ],
            "sample_reconciliation": {
                "expected": len(self.accepted.sample),
                "present": len(self.accepted.sample) - len(self.absent),
                "missing": len(self.absent),
                "missing_ids": [str(uuid) for uuid in self.absent[:GAPS_TOLD]],
            },
            "delivery_ledger": {**self.accepted.ledger, "terminal_failures": self.accepted.failed_rows},
            "ready_for_reads": self.complete,
        }


def coverage(engine: Engine, server: Server, now: datetime) -> Coverage:
    """Raises `Unavailable`."""
    window = Window.before(now)
    with read_transaction(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_COUNT_SECONDS}s'"))
        accepted = _accepted(session, window, now)
    return Coverage(window, accepted, _stored(server, window), _absent(server, accepted.sample))


def _accepted(session: Session, window: Window, now: datetime) -> Accepted:
    buckets: dict[Bucket, int] = {}
    sample: dict[UUID, bool] = {}
    deleted = select(ProjectPurge.project_id)
    for model, time, signal in (
        (IngestEvent, IngestEvent.occurred_at, IngestEvent.event_type),
        (TraceSpan, TraceSpan.started_at, literal(SPAN)),
    ):
        within = (time >= window.start, time < window.end, model.project_id.not_in(deleted))
        place = (model.project_id, signal.label("signal"), hour_number(time).label("hour"))
        counted = select(*place, func.count()).where(*within).group_by(model.project_id, text("signal"), text("hour"))
        buckets |= {(project, word, hour): number for project, word, hour, number in session.execute(counted)}
        newest = select(model.uuid).where(*within).order_by(model.id.desc()).limit(SAMPLE // 2)
        sample |= dict.fromkeys(session.scalars(newest), model is TraceSpan)
    failed = select(func.count()).where(
        TelemetryFailure.destination == NAME,
        TelemetryFailure.recorded_at >= window.start,
        TelemetryFailure.recorded_at < window.end,
    )
    slugs = {project.id: project.slug for project in session.execute(select(Project.id, Project.slug))}
    return Accepted(buckets, sample, _ledger(session, now), session.scalar(failed) or 0, slugs)


def _ledger(session: Session, now: datetime) -> dict[str, Any]:
    """Deliveries that are not finished."""
    unfinished = (
        select(
            TelemetryDelivery.status,
            func.count(),
            func.min(TelemetryBatch.committed_at),
            func.max(TelemetryDelivery.attempts),
        )
        .join(TelemetryBatch)
        .where(TelemetryDelivery.destination == NAME, UNFINISHED)
        .group_by(TelemetryDelivery.status)
    )
    rows = session.execute(unfinished).all()
    numbers = {status: number for status, number, _, _ in rows}
    oldest = min((since for _, _, since, _ in rows), default=None)
    return {
        "pending": numbers.get(DeliveryStatus.PENDING.value, 0),
        "retrying": numbers.get(DeliveryStatus.RETRYING.value, 0),
        "processing": numbers.get(DeliveryStatus.PROCESSING.value, 0),
        "oldest_incomplete_at": None if oldest is None else _written(oldest),
        "oldest_incomplete_age_seconds": None if oldest is None else int((now - oldest).total_seconds()),
        "max_attempts": max((attempts for _, _, _, attempts in rows), default=0),
    }


def _stored(server: Server, window: Window) -> dict[Bucket, int]:
    settings = server.settings
    found: dict[Bucket, int] = {}
    for table, time, signal, key in (
        (settings.events_table, "occurred_at", "toString(event_type)", "event_id"),
        (settings.spans_table, "started_at", f"'{SPAN}'", "span_id"),
    ):
        rows = server.rows(
            f"SELECT project_id, {signal} AS signal, intDiv(toUnixTimestamp({time}), 3600) AS hour, uniqExact({key}) "  # noqa: S608
            f"FROM {settings.database}.{table} WHERE {_within(time)} GROUP BY project_id, signal, hour",
            window.parameters,
        )
        found |= {(int(project), str(word), int(hour)): int(number) for project, word, hour, number in rows}
    return found


def _absent(server: Server, sample: Mapping[UUID, bool]) -> list[UUID]:
    settings = server.settings
    present: set[UUID] = set()
    for table, key, are_spans in (
        (settings.events_table, "event_id", False),
        (settings.spans_table, "span_id", True),
    ):
        ids = [str(uuid) for uuid, is_span in sample.items() if is_span is are_spans]
        if ids:
            query = f"SELECT DISTINCT {key} FROM {settings.database}.{table} WHERE {key} IN {{ids:Array(UUID)}}"  # noqa: S608
            present |= {row[0] for row in server.rows(query, {"ids": ids})}
    return [uuid for uuid in sample if uuid not in present]


def _within(time: str) -> str:
    """Bounds that ClickHouse works out once, so that it looks into no other month."""
    return f"{time} >= fromUnixTimestamp64Milli({{start:Int64}}) AND {time} < fromUnixTimestamp64Milli({{end:Int64}})"


def _total(buckets: Mapping[Bucket, int], *, spans: bool) -> int:
    return sum(number for (_, signal, _), number in buckets.items() if (signal == SPAN) is spans)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
