"""CLI tokens, and the logins by which they are asked for

Revises: 20261130_group_counts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261130_cli_tokens"
down_revision = "20261130_group_counts"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cli_access_tokens",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("all_projects", sa.Boolean(), nullable=False),
        sa.Column("project_uuids", JSON, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_cli_access_tokens_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cli_access_tokens")),
        sa.UniqueConstraint("uuid", name=op.f("uq_cli_access_tokens_uuid")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_cli_access_tokens_token_digest")),
    )
    for column in ("expires_at", "revoked_at"):
        name = op.f(f"ix_cli_access_tokens_user_id_{column}")
        op.create_index(name, "cli_access_tokens", ["user_id", column])
    op.create_table(
        "cli_device_authorizations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("device_code_digest", sa.Text(), nullable=False),
        sa.Column("user_code_digest", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_scopes", JSON, nullable=False),
        sa.Column("approved_all_projects", sa.Boolean(), nullable=False),
        sa.Column("approved_project_uuids", JSON, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("token_id", BIG_ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("approved_at", TIME, nullable=True),
        sa.Column("denied_at", TIME, nullable=True),
        sa.Column("consumed_at", TIME, nullable=True),
        sa.Column("last_polled_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_cli_device_authorizations_user_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["cli_access_tokens.id"],
            name=op.f("fk_cli_device_authorizations_token_id_cli_access_tokens"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cli_device_authorizations")),
        sa.UniqueConstraint("uuid", name=op.f("uq_cli_device_authorizations_uuid")),
        sa.UniqueConstraint("device_code_digest", name=op.f("uq_cli_device_authorizations_device_code_digest")),
        sa.UniqueConstraint("user_code_digest", name=op.f("uq_cli_device_authorizations_user_code_digest")),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'denied', 'consumed')", name=op.f("ck_cli_device_authorizations_status")
        ),
    )
    for columns in (["status", "expires_at"], ["expires_at"], ["user_id"], ["token_id"]):
        name = op.f(f"ix_cli_device_authorizations_{'_'.join(columns)}")
        op.create_index(name, "cli_device_authorizations", columns)


def downgrade() -> None:
    op.drop_table("cli_device_authorizations")
    op.drop_table("cli_access_tokens")
