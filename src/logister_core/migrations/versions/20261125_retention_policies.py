"""How long each project wants its data kept

Revises: 20261125_monitor_runs
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_retention_policies"
down_revision = "20261125_monitor_runs"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    policies = op.create_table(
        "project_retention_policies",
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("hot_retention_days", sa.Integer(), nullable=False),
        sa.Column("trace_retention_days", sa.Integer(), nullable=False),
        sa.Column("error_retention_days", sa.Integer(), nullable=True),
        sa.Column("archive_enabled", sa.Boolean(), nullable=False),
        sa.Column("archive_before_delete", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_project_retention_policies_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_retention_policies")),
    )
    # Projects that exist keep what a new one is given.
    projects = sa.table("projects", sa.column("id"), sa.column("created_at"), sa.column("updated_at"))
    chosen = sa.select(
        projects.c.id,
        sa.literal(30),
        sa.literal(30),
        sa.false(),
        sa.false(),
        projects.c.created_at,
        projects.c.updated_at,
    )
    names = [column.name for column in policies.c if column.name != "error_retention_days"]
    op.execute(policies.insert().from_select(names, chosen))


def downgrade() -> None:
    op.drop_table("project_retention_policies")
