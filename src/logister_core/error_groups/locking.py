"""Who may change groups at the same time, on PostgreSQL; on SQLite there is one writer at a time anyway.

Whoever changes a group holds its row. Rows are locked by id, so that none waits for another in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.error_groups.models import ErrorGroup


def locked_groups(session: Session, ids: Collection[int]) -> Sequence[ErrorGroup]:
    """The groups as they are now, by id; until commit nobody else counts or decides about them."""
    return session.scalars(
        select(ErrorGroup)
        .where(ErrorGroup.id.in_(ids))
        .order_by(ErrorGroup.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
