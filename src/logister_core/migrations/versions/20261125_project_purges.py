"""Projects that are deleted for good, and how far that is

Revises: 20261125_external_links
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_project_purges"
down_revision = "20261125_external_links"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("projects", sa.Column("purge_requested_at", TIME, nullable=True))
    op.create_table(
        "project_purges",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("project_uuid", sa.Uuid(), nullable=False),
        sa.Column("project_name", sa.Text(), nullable=False),
        sa.Column("requested_by_id", BIG_ID, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("failed_at", TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("removed", JSON_VALUE, nullable=False),
        sa.CheckConstraint(
            "status IN ('requested', 'running', 'failed', 'completed')", name=op.f("ck_project_purges_status")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["users.id"],
            name=op.f("fk_project_purges_requested_by_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_purges")),
        sa.UniqueConstraint("uuid", name=op.f("uq_project_purges_uuid")),
        sa.UniqueConstraint("project_id", name=op.f("uq_project_purges_project_id")),
    )
    op.create_index(op.f("ix_project_purges_status_due_at"), "project_purges", ["status", "due_at"])


def downgrade() -> None:
    purges = sa.table("project_purges", sa.column("status"))
    unfinished = sa.select(sa.func.count()).select_from(purges).where(purges.c.status != "completed")
    if op.get_bind().scalar(unfinished):
        raise RuntimeError("stepping down would bring back projects that are being deleted; let that finish first")
    op.drop_table("project_purges")
    # Not in a batch: on SQLite that would drop the old table, and with it whatever belongs to a project.
    op.drop_column("projects", "purge_requested_at")
