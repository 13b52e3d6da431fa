"""Who looked at evidence without redaction

Revises: 20261125_logs_by_ids
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_evidence_audits"
down_revision = "20261125_logs_by_ids"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence_access_audits",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("ingest_event_uuid", sa.Uuid(), nullable=False),
        sa.Column("ingest_event_occurred_at", TIME, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request_metadata", JSON_VALUE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_evidence_access_audits_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_evidence_access_audits_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_access_audits")),
        sa.UniqueConstraint("uuid", name=op.f("uq_evidence_access_audits_uuid")),
    )
    op.create_index(
        op.f("ix_evidence_access_audits_project_id_created_at"), "evidence_access_audits", ["project_id", "created_at"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_evidence_access_audits_project_id_created_at"), table_name="evidence_access_audits")
    op.drop_table("evidence_access_audits")
