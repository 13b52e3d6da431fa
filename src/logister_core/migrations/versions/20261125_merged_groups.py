"""Groups that are parts of another one, and what belongs to them

Revises: 20261125_snooze
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_merged_groups"
down_revision = "20261125_snooze"
branch_labels = None
depends_on = None

# No foreign keys: on SQLite they would mean to make these tables anew, and what refers to them would go with the old.
COLUMNS = (
    ("error_groups", "merged_into_id"),
    ("error_groups", "own_share_id"),
    ("error_group_keys", "merged_from_id"),
    ("error_occurrences", "merged_from_id"),
)
INDEXED = (COLUMNS[0], COLUMNS[2], COLUMNS[3])


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
    for table, column in INDEXED:
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], postgresql_where=some, sqlite_where=some)


def downgrade() -> None:
    groups = sa.table("error_groups", sa.column("merged_into_id"))
    if op.get_bind().scalar(sa.select(sa.func.count()).where(groups.c.merged_into_id.is_not(None))):
        raise RuntimeError("stepping down would show merged errors twice; take them apart first")
    for table, column in INDEXED:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table, column in COLUMNS:
        op.drop_column(table, column)
