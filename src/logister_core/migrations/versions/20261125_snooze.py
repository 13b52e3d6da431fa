"""How a resolved group is kept closed, and until when an ignored one is set aside

Revises: 20261125_error_group_changes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_snooze"
down_revision = "20261125_error_group_changes"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SOME = sa.text("snoozed_until IS NOT NULL")


def upgrade() -> None:
    op.add_column("error_groups", sa.Column("resolution", sa.Text(), nullable=True))
    for name in ("snooze", "snooze_progress"):
        op.add_column("error_groups", sa.Column(name, JSON_VALUE, nullable=False, server_default="{}"))
    op.add_column("error_groups", sa.Column("snoozed_until", TIME, nullable=True))
    op.create_index(
        op.f("ix_error_groups_snoozed_until"),
        "error_groups",
        ["snoozed_until"],
        postgresql_where=SOME,
        sqlite_where=SOME,
    )
    groups = sa.table("error_groups", sa.column("status"), sa.column("resolution"))
    op.execute(groups.update().where(groups.c.status == "resolved").values(resolution="now"))


def downgrade() -> None:
    op.drop_index(op.f("ix_error_groups_snoozed_until"), table_name="error_groups")
    for name in ("snoozed_until", "snooze_progress", "snooze", "resolution"):
        op.drop_column("error_groups", name)
