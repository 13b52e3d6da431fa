"""Dictionaries that bodies are compressed with

Revises: 20261124_write_api
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_dictionaries"
down_revision = "20261124_write_api"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telemetry_dictionaries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_dictionaries")),
    )
    op.create_index(
        op.f("ix_telemetry_dictionaries_project_id_created_at"), "telemetry_dictionaries", ["project_id", "created_at"]
    )


def downgrade() -> None:
    dictionaries = sa.table("telemetry_dictionaries")
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(dictionaries)):
        raise RuntimeError(
            "stepping down would make the bodies of stored telemetry unreadable; remove the telemetry first"
        )
    op.drop_table("telemetry_dictionaries")
