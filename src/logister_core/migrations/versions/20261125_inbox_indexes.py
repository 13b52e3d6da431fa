"""Indexes of the inbox's lists: by first sight, by number of events, by assignee, and what came back

Revises: 20261125_retention_policies
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_inbox_indexes"
down_revision = "20261125_retention_policies"
branch_labels = None
depends_on = None

CAME_BACK = sa.text("current_regression <> '{}'")
ASSIGNED = sa.text("assigned_user_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(op.f("ix_error_groups_project_id_first_seen_at"), "error_groups")
    op.create_index(
        op.f("ix_error_groups_project_id_status_first_seen_at_id"),
        "error_groups",
        ["project_id", "status", "first_seen_at", "id"],
    )
    op.create_index(
        op.f("ix_error_groups_project_id_status_occurrence_count_id"),
        "error_groups",
        ["project_id", "status", "occurrence_count", "id"],
    )
    # Few groups are in these, and only changes of those few cost something.
    op.create_index(
        "ix_error_groups_came_back",
        "error_groups",
        ["project_id", "status", "last_seen_at", "id"],
        postgresql_where=CAME_BACK,
        sqlite_where=CAME_BACK,
    )
    op.create_index(
        "ix_error_groups_assigned",
        "error_groups",
        ["project_id", "assigned_user_id", "status", "last_seen_at", "id"],
        postgresql_where=ASSIGNED,
        sqlite_where=ASSIGNED,
    )


def downgrade() -> None:
    op.drop_index("ix_error_groups_assigned", "error_groups")
    op.drop_index("ix_error_groups_came_back", "error_groups")
    op.drop_index(op.f("ix_error_groups_project_id_status_occurrence_count_id"), "error_groups")
    op.drop_index(op.f("ix_error_groups_project_id_status_first_seen_at_id"), "error_groups")
    op.create_index(op.f("ix_error_groups_project_id_first_seen_at"), "error_groups", ["project_id", "first_seen_at"])
