"""Route or task of a group's latest event in the group itself

Revises: 20261130_group_texts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_latest_route"
down_revision = "20261130_group_texts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("error_groups", sa.Column("latest_route", sa.Text()))
    groups = sa.table("error_groups", *map(sa.column, ("latest_event_id", "latest_event_occurred_at", "latest_route")))
    events = sa.table("ingest_events", *map(sa.column, ("id", "occurred_at", "transaction_name")))
    # With the time the database knows which partition holds the event.
    latest = sa.and_(events.c.id == groups.c.latest_event_id, events.c.occurred_at == groups.c.latest_event_occurred_at)
    op.execute(
        groups.update().values(latest_route=sa.select(events.c.transaction_name).where(latest).scalar_subquery())
    )


def downgrade() -> None:
    # Without making the table anew, which would cost it its triggers.
    op.execute("ALTER TABLE error_groups DROP COLUMN latest_route")
