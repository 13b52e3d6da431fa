"""Who may change groups at the same time, on PostgreSQL; on SQLite there is one writer at a time anyway.

Whoever changes a group holds its row. Rows are locked by id, so that none waits for another in a circle. Where keys
lead is held by project and before any row: shared by those who follow keys, alone by those who redirect them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from logister_core.error_groups.models import ErrorGroup

# Any constant will do, as long as nobody else asks for locks of this class.
_LOCK_CLASS = 0x6B65
_SHARED = text("SELECT pg_advisory_xact_lock_shared(:class, id) FROM unnest(CAST(:ids AS int[])) AS id")
_ALONE = text("SELECT pg_advisory_xact_lock(:class, :id)")
# Two projects with the same remainder wait for each other without need, and that is all.
_LARGEST = 2**31


def follow_keys(session: Session, project_ids: Collection[int]) -> None:
    """Until commit, the keys of these projects lead where they lead now."""
    if session.get_bind().dialect.name == "postgresql":
        ids = sorted({project_id % _LARGEST for project_id in project_ids})
        session.execute(_SHARED, {"class": _LOCK_CLASS, "ids": ids})


def redirect_keys(session: Session, project_id: int) -> None:
    """Wait until nobody follows the project's keys; until commit nobody does. Before any group is locked."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ALONE, {"class": _LOCK_CLASS, "id": project_id % _LARGEST})


def locked_groups(session: Session, ids: Collection[int]) -> Sequence[ErrorGroup]:
    """The groups as they are now, by id; until commit nobody else counts or decides about them."""
    return session.scalars(
        select(ErrorGroup)
        .where(ErrorGroup.id.in_(ids))
        .order_by(ErrorGroup.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
