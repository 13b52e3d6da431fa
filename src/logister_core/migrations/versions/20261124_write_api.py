"""Limits and origins of projects, mobile tokens, rejected submissions, notices about deployments

Revises: 20261122_first_schema
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_write_api"
down_revision = "20261122_first_schema"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

PROJECT_COLUMNS = (
    "public_api_rate_limit_requests_override",
    "public_api_rate_limit_period_seconds_override",
    "public_api_auth_failure_rate_limit_requests_override",
)

KINDS_BEFORE = ("first_occurrence", "regression", "error_milestone", "monitor_missed", "monitor_recovered")
KINDS = (*KINDS_BEFORE, "release_summary")


def upgrade() -> None:
    for name in PROJECT_COLUMNS:
        op.add_column("projects", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("projects", sa.Column("allowed_origins", JSON_VALUE, nullable=True))
    op.create_table(
        "mobile_ingest_tokens",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("api_key_id", BIG_ID, nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("allowed_event_types", JSON_VALUE, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint("platform IN ('android', 'ios')", name=op.f("ck_mobile_ingest_tokens_platform")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_mobile_ingest_tokens_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["api_key_id"],
            ["api_keys.id"],
            name=op.f("fk_mobile_ingest_tokens_api_key_id_api_keys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mobile_ingest_tokens")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_mobile_ingest_tokens_token_digest")),
        sa.UniqueConstraint("uuid", name=op.f("uq_mobile_ingest_tokens_uuid")),
    )
    op.create_index(op.f("ix_mobile_ingest_tokens_project_id"), "mobile_ingest_tokens", ["project_id"])
    op.create_index(op.f("ix_mobile_ingest_tokens_api_key_id"), "mobile_ingest_tokens", ["api_key_id"])
    op.create_index(op.f("ix_mobile_ingest_tokens_expires_at"), "mobile_ingest_tokens", ["expires_at"])
    op.create_table(
        "rejected_submissions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=True),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("rejected_at", TIME, nullable=False),
        sa.Column("reported_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_rejected_submissions_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_submissions")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_rejected_submissions_dedup_key")),
    )
    op.create_index(op.f("ix_rejected_submissions_project_id"), "rejected_submissions", ["project_id"])
    op.create_index(op.f("ix_rejected_submissions_rejected_at"), "rejected_submissions", ["rejected_at"])
    _restrict_intents(KINDS, with_deployment=True)
    op.create_index(
        op.f("ix_notification_intents_project_deployment_id"), "notification_intents", ["project_deployment_id"]
    )


def downgrade() -> None:
    intents = sa.table("notification_intents", sa.column("kind"))
    op.execute(intents.delete().where(intents.c.kind.not_in(KINDS_BEFORE)))
    op.drop_index(op.f("ix_notification_intents_project_deployment_id"), table_name="notification_intents")
    _restrict_intents(KINDS_BEFORE, with_deployment=False)
    op.drop_table("rejected_submissions")
    op.drop_table("mobile_ingest_tokens")
    for name in (*PROJECT_COLUMNS, "allowed_origins"):
        # Not in a batch: on SQLite that would drop the old table, and with it whatever belongs to a project.
        op.drop_column("projects", name)


def _restrict_intents(kinds: tuple[str, ...], *, with_deployment: bool) -> None:
    """Allow these kinds, and add or drop the deployment that an intent is about."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    foreign_key = op.f("fk_notification_intents_project_deployment_id_project_deployments")
    with op.batch_alter_table("notification_intents") as intents:
        intents.drop_constraint(op.f("ck_notification_intents_kind"), type_="check")
        intents.create_check_constraint(op.f("ck_notification_intents_kind"), sa.text(f"kind IN ({listed})"))
        if with_deployment:
            intents.add_column(sa.Column("project_deployment_id", BIG_ID, nullable=True))
            intents.create_foreign_key(
                foreign_key, "project_deployments", ["project_deployment_id"], ["id"], ondelete="CASCADE"
            )
        else:
            intents.drop_constraint(foreign_key, type_="foreignkey")
            intents.drop_column("project_deployment_id")
