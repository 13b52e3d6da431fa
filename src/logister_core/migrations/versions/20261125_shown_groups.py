"""Indexes of the inbox's lists without the groups that were merged into others, which no list shows

Revises: 20261125_inbox_indexes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_shown_groups"
down_revision = "20261125_inbox_indexes"
branch_labels = None
depends_on = None

SHOWN = "merged_into_id IS NULL"
CAME_BACK = "current_regression <> '{}'"
ASSIGNED = "assigned_user_id IS NOT NULL"

LAST_SEEN = ["project_id", "status", "last_seen_at", "id"]
LISTS = {
    "ix_error_groups_project_id_status_last_seen_at_id": LAST_SEEN,
    "ix_error_groups_project_id_status_first_seen_at_id": ["project_id", "status", "first_seen_at", "id"],
    "ix_error_groups_project_id_status_occurrence_count_id": ["project_id", "status", "occurrence_count", "id"],
}
OF_ASSIGNEE = ["project_id", "assigned_user_id", *LAST_SEEN[1:]]


def upgrade() -> None:
    for name, columns in LISTS.items():
        _replace(name, columns, SHOWN)
    _replace("ix_error_groups_came_back", LAST_SEEN, f"{CAME_BACK} AND {SHOWN}")
    _replace("ix_error_groups_assigned", OF_ASSIGNEE, f"{ASSIGNED} AND {SHOWN}")


def downgrade() -> None:
    _replace("ix_error_groups_assigned", OF_ASSIGNEE, ASSIGNED)
    _replace("ix_error_groups_came_back", LAST_SEEN, CAME_BACK)
    for name, columns in LISTS.items():
        _replace(name, columns, None)


def _replace(name: str, columns: list[str], condition: str | None) -> None:
    where = None if condition is None else sa.text(condition)
    op.drop_index(name, "error_groups")
    op.create_index(name, "error_groups", columns, postgresql_where=where, sqlite_where=where)
