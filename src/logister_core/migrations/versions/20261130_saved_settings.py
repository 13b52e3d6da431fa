"""Settings that administrators save, who changed them, and how far the set-up of the installation is

Revises: 20261130_account_mails
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from logister_core.db.types import JSONValue

revision = "20261130_saved_settings"
down_revision = "20261130_account_mails"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

STATUSES = ("pending", "configured", "verified", "skipped")


def upgrade() -> None:
    op.create_table(
        "instance_settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("encrypted_value", sa.Text(), nullable=False),
        sa.Column("updated_by_user_id", BIG_ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        _to_user("instance_settings", "updated_by_user_id"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_instance_settings")),
    )
    op.create_table(
        "instance_setting_changes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("details", JSONValue, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _to_user("instance_setting_changes", "actor_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_setting_changes")),
    )
    op.create_index(
        op.f("ix_instance_setting_changes_key_created_at"), "instance_setting_changes", ["key", "created_at"]
    )
    op.create_table(
        "installation_steps",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("installation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("configuration_fingerprint", sa.Text(), nullable=False),
        sa.Column("last_verified_at", TIME, nullable=True),
        sa.Column("last_verified_by_user_id", BIG_ID, nullable=True),
        sa.Column("details", JSONValue, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint(f"status IN ({', '.join(repr(one) for one in STATUSES)})", name="status"),
        _to_user("installation_steps", "last_verified_by_user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation_steps")),
        sa.UniqueConstraint("installation_id", "key", name=op.f("uq_installation_steps_installation_id_key")),
    )
    # On SQLite this makes the table anew, which is why nothing refers to it.
    with op.batch_alter_table("installations") as table:
        table.add_column(sa.Column("completed_at", TIME, nullable=True))
        table.add_column(sa.Column("onboarding_required", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("settings_version", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("self_monitoring_project_id", BIG_ID, nullable=True))
        table.add_column(sa.Column("self_monitoring_api_key_id", BIG_ID, nullable=True))
        for column, target in (("self_monitoring_project_id", "projects"), ("self_monitoring_api_key_id", "api_keys")):
            table.create_foreign_key(
                op.f(f"fk_installations_{column}_{target}"), target, [column], ["id"], ondelete="SET NULL"
            )
            table.create_unique_constraint(op.f(f"uq_installations_{column}"), [column])


def downgrade() -> None:
    with op.batch_alter_table("installations") as table:
        for column, target in (("self_monitoring_api_key_id", "api_keys"), ("self_monitoring_project_id", "projects")):
            table.drop_constraint(op.f(f"uq_installations_{column}"), type_="unique")
            table.drop_constraint(op.f(f"fk_installations_{column}_{target}"), type_="foreignkey")
            table.drop_column(column)
        for column in ("settings_version", "onboarding_required", "completed_at"):
            table.drop_column(column)
    op.drop_table("installation_steps")
    op.drop_index(op.f("ix_instance_setting_changes_key_created_at"), table_name="instance_setting_changes")
    op.drop_table("instance_setting_changes")
    op.drop_table("instance_settings")


def _to_user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}_users"), ondelete="SET NULL")
