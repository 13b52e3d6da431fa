"""Events tell which releases there are.

The projector applies each batch once (see `outbox.projector`), so plain sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from logister_core.db.upsert import insert_for
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches
from logister_core.releases.models import ProjectRelease

# Longer names are cut: they are no names, and b-trees refuse wide entries.
RELEASE_LENGTH: Final = 255


class SeenReleases:
    """The projection."""

    def apply(
        self, session: Session, batches: Sequence[TelemetryBatch], *, skip: frozenset[int], now: datetime
    ) -> None:
        event = IngestEvent
        release = func.substr(event.release, 1, RELEASE_LENGTH)
        wanted = (
            select(
                event.project_id,
                release.label("release"),
                func.min(event.occurred_at).label("first_seen_at"),
                func.max(event.occurred_at).label("last_seen_at"),
                func.count().label("events"),
                func.count().filter(event.event_type == EventType.ERROR.value).label("errors"),
            )
            .where(in_batches(event, event.occurred_at, batches), event.release.is_not(None), event.release != "")
            .group_by(event.project_id, release)
        )
        if skip:
            wanted = wanted.where(event.id.not_in(skip))
        rows = [dict(row) for row in session.execute(wanted).mappings()]
        if rows:
            # By key, so that two workers never wait for each other in a circle.
            _add(session, sorted(rows, key=lambda row: (row["project_id"], row["release"])))


def _add(session: Session, rows: list[dict[str, Any]]) -> None:
    upsert = insert_for(session, ProjectRelease)
    new, known = upsert.excluded, ProjectRelease
    first, last = known.first_seen_at, known.last_seen_at
    session.execute(
        upsert.on_conflict_do_update(
            index_elements=["project_id", "release"],
            set_={
                "first_seen_at": case((new.first_seen_at < first, new.first_seen_at), else_=first),
                "last_seen_at": case((new.last_seen_at > last, new.last_seen_at), else_=last),
                "events": known.events + new.events,
                "errors": known.errors + new.errors,
            },
        ),
        rows,
    )
