"""Events tell which releases there are.

The projector applies each batch once (see `outbox.projector`), so plain sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from logister_core.db.upsert import insert_for
from logister_core.ingest.models import EventType, IngestEvent
from logister_core.outbox.models import TelemetryBatch
from logister_core.outbox.rows import in_batches
from logister_core.releases.models import ProjectRelease

# Longer names are cut: they are no names, and b-trees refuse wide entries.
RELEASE_LENGTH: Final = 255

# A client may name another release with every event. So many are kept of a project, those seen last.
MOST_RELEASES: Final = 5_000
_AT_ONCE: Final = 1_000


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
            _add(session, sorted(_newest(rows), key=lambda row: (row["project_id"], row["release"])))
            _forget_oldest(session, {row["project_id"] for row in rows})


def _newest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without those of a project that would not be kept anyway."""
    kept: dict[int, int] = {}
    found = []
    for row in sorted(rows, key=lambda row: row["last_seen_at"], reverse=True):
        kept[row["project_id"]] = number = kept.get(row["project_id"], 0) + 1
        if number <= MOST_RELEASES:
            found.append(row)
    return found


def _forget_oldest(session: Session, project_ids: set[int]) -> None:
    """One query that finds nothing, unless a project has too many."""
    model = ProjectRelease
    crowded = session.scalars(
        select(model.project_id)
        .where(model.project_id.in_(project_ids))
        .group_by(model.project_id)
        .having(func.count() > MOST_RELEASES)
    ).all()
    for project_id in crowded:
        surplus = session.scalars(
            select(model.id)
            .where(model.project_id == project_id)
            .order_by(model.last_seen_at.desc(), model.id.desc())
            .offset(MOST_RELEASES)
        ).all()
        for start in range(0, len(surplus), _AT_ONCE):
            part = select(model.id).where(model.id.in_(surplus[start : start + _AT_ONCE]))
            # What another worker is just counting for is seen right now and stays; nobody waits here.
            held = session.scalars(part.with_for_update(skip_locked=True)).all()
            session.execute(delete(model).where(model.id.in_(held)).execution_options(synchronize_session=False))


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
