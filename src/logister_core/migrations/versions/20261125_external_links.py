"""Issues and pull requests attached to error groups

Revises: 20261125_merged_groups
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_external_links"
down_revision = "20261125_merged_groups"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "error_group_external_links"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("error_group_id", BIG_ID, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("link_type", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("repository_full_name", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("link_type IN ('issue', 'pull_request')", name=op.f(f"ck_{TABLE}_link_type")),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f(f"fk_{TABLE}_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f(f"fk_{TABLE}_created_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("error_group_id", "url", name=op.f(f"uq_{TABLE}_error_group_id_url")),
        sa.UniqueConstraint("uuid", name=op.f(f"uq_{TABLE}_uuid")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
