"""Newer releases, and who has dismissed the news of them

Revises: 20261125_group_people
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_updates"
down_revision = "20261125_group_people"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "known_releases",
        sa.Column("repository", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("checked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("repository", name=op.f("pk_known_releases")),
    )
    op.create_table(
        "user_notification_dismissals",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("notification_key", sa.Text(), nullable=False),
        sa.Column("dismissed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_user_notification_dismissals_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_notification_dismissals")),
        sa.UniqueConstraint(
            "user_id",
            "notification_key",
            name=op.f("uq_user_notification_dismissals_user_id_notification_key"),
        ),
    )


def downgrade() -> None:
    op.drop_table("user_notification_dismissals")
    op.drop_table("known_releases")
