"""Repositories that frames link to

Revises: 20261125_dictionaries
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_source_repositories"
down_revision = "20261125_dictionaries"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "source_repositories",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("web_url", sa.Text(), nullable=False),
        sa.Column("link_template", sa.Text(), nullable=False),
        sa.Column("default_branch", sa.Text(), nullable=False),
        sa.Column("runtime_root", sa.Text(), nullable=False),
        sa.Column("source_root", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint(
            "provider IN ('github', 'gitlab', 'template')", name=op.f("ck_source_repositories_provider")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_source_repositories_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_repositories")),
        sa.UniqueConstraint("project_id", "full_name", name=op.f("uq_source_repositories_project_id_full_name")),
        sa.UniqueConstraint("uuid", name=op.f("uq_source_repositories_uuid")),
    )


def downgrade() -> None:
    op.drop_table("source_repositories")
