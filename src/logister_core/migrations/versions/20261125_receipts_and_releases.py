"""What each project received each day, and what was seen of each release

Revises: 20261125_project_purges
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_receipts_and_releases"
down_revision = "20261125_project_purges"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REGRESSED = sa.text("regressed_in_release IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "project_days",
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("activity", sa.BigInteger(), nullable=False),
        sa.Column("spans", sa.BigInteger(), nullable=False),
        sa.Column("last_received_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_days_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "day", name=op.f("pk_project_days")),
    )
    op.create_table(
        "project_releases",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_releases_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_releases")),
        sa.UniqueConstraint("project_id", "release", name=op.f("uq_project_releases_project_id_release")),
    )
    op.create_index(
        op.f("ix_project_releases_project_id_first_seen_at_id"),
        "project_releases",
        ["project_id", "first_seen_at", "id"],
    )
    op.create_index(
        op.f("ix_error_groups_project_id_introduced_in_release"),
        "error_groups",
        ["project_id", "introduced_in_release"],
    )
    op.create_index(
        op.f("ix_error_groups_project_id_regressed_in_release"),
        "error_groups",
        ["project_id", "regressed_in_release"],
        postgresql_where=REGRESSED,
        sqlite_where=REGRESSED,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_error_groups_project_id_regressed_in_release"), "error_groups")
    op.drop_index(op.f("ix_error_groups_project_id_introduced_in_release"), "error_groups")
    op.drop_table("project_releases")
    op.drop_table("project_days")
