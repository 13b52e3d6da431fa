"""Check-ins as the monitors' projection reads them from accepted events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.ingest.body import context_of
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.ingest.normalization.check_ins import interval_seconds
from logister_core.ingest.normalization.values import dotted, first_text, text
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches

STATUS = dotted("check_in_status", "status")


class MonitorKey(NamedTuple):
    """What names a monitor."""

    project_id: int
    slug: str
    environment: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    key: MonitorKey
    status: str
    interval_seconds: int
    at: datetime
    event_id: int
    event_uuid: UUID


def check_ins_of(session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int]) -> list[CheckIn]:
    """The check-ins of the batches in the order of acceptance; those without a slug name no monitor."""
    event = IngestEvent
    rows = session.execute(
        select(
            event.id,
            event.uuid,
            event.project_id,
            event.environment,
            event.message,
            event.occurred_at,
            event.received_at,
            event.body,
        )
        .where(in_batches(event, event.occurred_at, batches), event.event_type == EventType.CHECK_IN.value)
        .order_by(event.id)
    )
    found = []
    for event_id, uuid, project_id, environment, message, occurred_at, received_at, body in rows:
        if event_id in skip:
            continue
        context = context_of(body, session)
        slug = slug_of(context, message)
        if slug is None:
            continue
        found.append(
            CheckIn(
                key=MonitorKey(project_id, slug, environment),
                status=first_text(context, STATUS) or "ok",
                interval_seconds=interval_seconds(context.get("expected_interval_seconds")),
                # Nothing reports before it happened. A client whose clock is years ahead would otherwise look in time
                # for years, and all its later check-ins would count as old.
                at=min(occurred_at, received_at),
                event_id=event_id,
                event_uuid=uuid,
            )
        )
    return found


def slug_of(context: Mapping[str, Any], message: str) -> str | None:
    """At most 255 characters."""
    return text(context.get("check_in_slug")) or text(message)
