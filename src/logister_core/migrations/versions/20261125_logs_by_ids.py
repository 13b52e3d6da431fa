"""Logs are found by the ids they share with errors

Revises: 20261125_source_repositories
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_logs_by_ids"
down_revision = "20261125_source_repositories"
branch_labels = None
depends_on = None

COLUMNS = ("trace_id", "request_id", "session_id", "end_user_id")


def upgrade() -> None:
    for column in COLUMNS:
        condition = sa.text(f"event_type = 'log' AND {column} IS NOT NULL")
        op.create_index(
            op.f(f"ix_ingest_events_project_id_{column}_occurred_at"),
            "ingest_events",
            ["project_id", column, "occurred_at"],
            sqlite_where=condition,
            postgresql_where=condition,
        )


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(op.f(f"ix_ingest_events_project_id_{column}_occurred_at"), table_name="ingest_events")
