"""The first schema

Revises: nothing

The same script runs on SQLite and PostgreSQL; name every constraint; import no models. The previous release must
keep working on the new schema: add, backfill, switch, remove. Schema and data go into separate revisions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_first_schema"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ingest_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("time_precision", sa.Text(), nullable=False),
        sa.Column("indexes_deployment", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("grouping_strategy", sa.Text(), nullable=True),
        sa.Column("grouping_key", sa.Text(), nullable=True),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("exception_class", sa.Text(), nullable=True),
        sa.Column("culprit", sa.Text(), nullable=True),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("end_user_id", sa.Text(), nullable=True),
        sa.Column("transaction_name", sa.Text(), nullable=True),
        sa.Column("status_code", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Double(), nullable=True),
        sa.Column("metric_value", sa.Double(), nullable=True),
        sa.Column("metric_unit", sa.Text(), nullable=True),
        sa.Column("tags", JSON_VALUE, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "occurred_at", name=op.f("pk_ingest_events")),
        postgresql_partition_by="RANGE (occurred_at)",
    )
    op.create_index(
        op.f("ix_ingest_events_project_id_event_type_occurred_at"),
        "ingest_events",
        ["project_id", "event_type", "occurred_at"],
    )
    op.create_index(op.f("ix_ingest_events_project_id_occurred_at"), "ingest_events", ["project_id", "occurred_at"])
    op.create_table(
        "recurring_jobs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slot", TIME, nullable=False),
        sa.Column("lease_expires_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("failed_at", TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_recurring_jobs")),
    )
    op.create_table(
        "telemetry_batches",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("committed_at", TIME, nullable=False),
        sa.Column("first_record_id", sa.BigInteger(), nullable=False),
        sa.Column("last_record_id", sa.BigInteger(), nullable=False),
        sa.Column("earliest", TIME, nullable=False),
        sa.Column("latest", TIME, nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("span_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_batches")),
    )
    op.create_index(op.f("ix_telemetry_batches_committed_at"), "telemetry_batches", ["committed_at"])
    op.create_table(
        "telemetry_id_blocks",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("next_id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_id_blocks")),
    )
    op.create_table(
        "telemetry_identities",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("is_span", sa.Boolean(), nullable=False),
        sa.Column("record_uuid", sa.Uuid(), nullable=True),
        sa.Column("retired_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("project_id", "uuid", name=op.f("pk_telemetry_identities")),
    )
    op.create_table(
        "trace_spans",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("span_id", sa.Text(), nullable=False),
        sa.Column("parent_span_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("transaction_name", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "started_at", name=op.f("pk_trace_spans")),
        postgresql_partition_by="RANGE (started_at)",
    )
    op.create_index(op.f("ix_trace_spans_project_id_started_at"), "trace_spans", ["project_id", "started_at"])
    op.create_index(op.f("ix_trace_spans_project_id_trace_id"), "trace_spans", ["project_id", "trace_id"])
    op.create_table(
        "users",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("application_admin", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("uuid", name=op.f("uq_users_uuid")),
    )
    op.create_table(
        "installations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", TIME, nullable=True),
        sa.Column("claimed_by_user_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["claimed_by_user_id"],
            ["users.id"],
            name=op.f("fk_installations_claimed_by_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installations")),
    )
    op.create_table(
        "projects",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("owner_id", BIG_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("integration_kind", sa.Text(), nullable=False),
        sa.Column("grouping_strategy", sa.Text(), nullable=False),
        sa.Column("archived_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint(
            "grouping_strategy IN ('stack', 'message', 'message_exact')", name=op.f("ck_projects_grouping_strategy")
        ),
        sa.CheckConstraint(
            "integration_kind IN ('http_api', 'python', 'javascript', 'ruby', 'dotnet', 'cfml', 'cloudflare_pages', 'android', 'ios')",
            name=op.f("ck_projects_integration_kind"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_projects_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("owner_id", "slug", name=op.f("uq_projects_owner_id_slug")),
        sa.UniqueConstraint("uuid", name=op.f("uq_projects_uuid")),
    )
    op.create_table(
        "telemetry_deliveries",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", TIME, nullable=False),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", TIME, nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'retrying', 'completed')", name=op.f("ck_telemetry_deliveries_status")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["telemetry_batches.id"],
            name=op.f("fk_telemetry_deliveries_batch_id_telemetry_batches"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_deliveries")),
        sa.UniqueConstraint("batch_id", "destination", name=op.f("uq_telemetry_deliveries_batch_id_destination")),
    )
    op.create_index(
        op.f("ix_telemetry_deliveries_destination_available_at"),
        "telemetry_deliveries",
        ["destination", "available_at"],
        unique=False,
        sqlite_where=sa.text("status <> 'completed'"),
        postgresql_where=sa.text("status <> 'completed'"),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("persistent", sa.Boolean(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_user_sessions_token_digest")),
        sa.UniqueConstraint("uuid", name=op.f("uq_user_sessions_uuid")),
    )
    op.create_index(op.f("ix_user_sessions_expires_at"), "user_sessions", ["expires_at"])
    op.create_index(op.f("ix_user_sessions_user_id"), "user_sessions", ["user_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_api_keys_project_id_projects"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_api_keys_token_digest")),
        sa.UniqueConstraint("uuid", name=op.f("uq_api_keys_uuid")),
    )
    op.create_index(op.f("ix_api_keys_project_id"), "api_keys", ["project_id"])
    op.create_table(
        "check_in_monitors",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("expected_interval_seconds", sa.Integer(), nullable=False),
        sa.Column("last_check_in_at", TIME, nullable=False),
        sa.Column("last_status", sa.Text(), nullable=False),
        sa.Column("last_error_at", TIME, nullable=True),
        sa.Column("last_event_id", sa.BigInteger(), nullable=False),
        sa.Column("last_event_uuid", sa.Uuid(), nullable=False),
        sa.Column("monitoring_paused_at", TIME, nullable=True),
        sa.Column("notification_state", sa.Text(), nullable=True),
        sa.Column("notification_transition_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_check_in_monitors_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_monitors")),
        sa.UniqueConstraint(
            "project_id", "slug", "environment", name=op.f("uq_check_in_monitors_project_id_slug_environment")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_check_in_monitors_uuid")),
    )
    op.create_table(
        "error_groups",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("grouping_strategy", sa.Text(), nullable=False),
        sa.Column("grouping_facts", JSON_VALUE, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subtitle", sa.Text(), nullable=True),
        sa.Column("culprit", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("occurrence_count", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.Column("ignored_at", TIME, nullable=True),
        sa.Column("archived_at", TIME, nullable=True),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("last_reopened_at", TIME, nullable=True),
        sa.Column("regression_count", sa.Integer(), nullable=False),
        sa.Column("current_regression", JSON_VALUE, nullable=False),
        sa.Column("introduced_in_release", sa.Text(), nullable=True),
        sa.Column("last_seen_release", sa.Text(), nullable=True),
        sa.Column("resolved_in_release", sa.Text(), nullable=True),
        sa.Column("regressed_in_release", sa.Text(), nullable=True),
        sa.Column("assigned_user_id", BIG_ID, nullable=True),
        sa.Column("assigned_by_user_id", BIG_ID, nullable=True),
        sa.Column("assigned_at", TIME, nullable=True),
        sa.Column("latest_event_id", sa.BigInteger(), nullable=True),
        sa.Column("latest_event_uuid", sa.Uuid(), nullable=True),
        sa.Column("latest_event_occurred_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint(
            "status IN ('unresolved', 'resolved', 'ignored', 'archived')", name=op.f("ck_error_groups_status")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by_user_id"],
            ["users.id"],
            name=op.f("fk_error_groups_assigned_by_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["assigned_user_id"], ["users.id"], name=op.f("fk_error_groups_assigned_user_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_error_groups_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_groups")),
        sa.UniqueConstraint("uuid", name=op.f("uq_error_groups_uuid")),
    )
    op.create_index(op.f("ix_error_groups_project_id_first_seen_at"), "error_groups", ["project_id", "first_seen_at"])
    op.create_index(
        op.f("ix_error_groups_project_id_status_last_seen_at_id"),
        "error_groups",
        ["project_id", "status", "last_seen_at", "id"],
    )
    op.create_table(
        "project_deployments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("repository_full_name", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("commit_sha", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("deployed_at", TIME, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint("source IN ('api', 'telemetry', 'manual')", name=op.f("ck_project_deployments_source")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_deployments_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_deployments")),
        sa.UniqueConstraint(
            "project_id",
            "repository_full_name",
            "environment",
            "release",
            name=op.f("uq_project_deployments_project_id_repository_full_name_environment_release"),
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_project_deployments_uuid")),
    )
    op.create_index(
        op.f("ix_project_deployments_project_id_deployed_at"), "project_deployments", ["project_id", "deployed_at"]
    )
    op.create_table(
        "project_memberships",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("role IN ('admin', 'viewer')", name=op.f("ck_project_memberships_role")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_memberships_project_id_projects"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_project_memberships_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_memberships")),
        sa.UniqueConstraint("project_id", "user_id", name=op.f("uq_project_memberships_project_id_user_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_project_memberships_uuid")),
    )
    op.create_index(op.f("ix_project_memberships_user_id"), "project_memberships", ["user_id"])
    op.create_table(
        "telemetry_failures",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("is_span", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_telemetry_failures_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemetry_failures")),
        sa.UniqueConstraint(
            "destination", "record_id", "is_span", name=op.f("uq_telemetry_failures_destination_record_id_is_span")
        ),
    )
    op.create_table(
        "error_group_keys",
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("error_group_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f("fk_error_group_keys_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_error_group_keys_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "key", name=op.f("pk_error_group_keys")),
    )
    op.create_index(op.f("ix_error_group_keys_error_group_id"), "error_group_keys", ["error_group_id"])
    op.create_table(
        "error_occurrences",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("error_group_id", BIG_ID, nullable=False),
        sa.Column("ingest_event_id", sa.BigInteger(), nullable=False),
        sa.Column("event_uuid", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f("fk_error_occurrences_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_occurrences")),
        sa.UniqueConstraint(
            "error_group_id", "ingest_event_id", name=op.f("uq_error_occurrences_error_group_id_ingest_event_id")
        ),
    )
    op.create_index(
        op.f("ix_error_occurrences_error_group_id_occurred_at_ingest_event_id"),
        "error_occurrences",
        ["error_group_id", "occurred_at", "ingest_event_id"],
    )
    op.create_index(op.f("ix_error_occurrences_ingest_event_id"), "error_occurrences", ["ingest_event_id"])
    op.create_table(
        "notification_evaluations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("error_group_id", BIG_ID, nullable=False),
        sa.Column("hour_bucket", sa.Text(), nullable=False),
        sa.Column("observation_count", sa.Integer(), nullable=False),
        sa.Column("evaluate_after", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f("fk_notification_evaluations_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_evaluations")),
        sa.UniqueConstraint(
            "error_group_id", "hour_bucket", name=op.f("uq_notification_evaluations_error_group_id_hour_bucket")
        ),
    )
    op.create_table(
        "notification_intents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("project_id", BIG_ID, nullable=False),
        sa.Column("error_group_id", BIG_ID, nullable=True),
        sa.Column("check_in_monitor_id", BIG_ID, nullable=True),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint(
            "kind IN ('first_occurrence', 'regression', 'error_milestone', 'monitor_missed', 'monitor_recovered')",
            name=op.f("ck_notification_intents_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["check_in_monitor_id"],
            ["check_in_monitors.id"],
            name=op.f("fk_notification_intents_check_in_monitor_id_check_in_monitors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f("fk_notification_intents_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_notification_intents_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_intents")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_notification_intents_dedup_key")),
    )
    op.create_index(
        op.f("ix_notification_intents_check_in_monitor_id"), "notification_intents", ["check_in_monitor_id"]
    )
    op.create_index(op.f("ix_notification_intents_error_group_id"), "notification_intents", ["error_group_id"])
    op.create_index(op.f("ix_notification_intents_project_id"), "notification_intents", ["project_id"])

    installations = sa.table("installations", sa.column("id"))
    op.execute(installations.insert().values(id=1))
    id_blocks = sa.table("telemetry_id_blocks", sa.column("id"), sa.column("next_id"))
    op.execute(id_blocks.insert().values(id=1, next_id=1))
    if op.get_bind().dialect.name == "postgresql":
        _prepare_telemetry_tables()


def _prepare_telemetry_tables() -> None:
    for table in ("ingest_events", "trace_spans"):
        # Bodies arrive compressed; PostgreSQL must not try again.
        op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTERNAL")
        # A net for times outside the months that have a partition; those are made by the release step and daily.
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")


def downgrade() -> None:
    op.drop_index(op.f("ix_notification_intents_project_id"), table_name="notification_intents")
    op.drop_index(op.f("ix_notification_intents_error_group_id"), table_name="notification_intents")
    op.drop_index(op.f("ix_notification_intents_check_in_monitor_id"), table_name="notification_intents")
    op.drop_table("notification_intents")
    op.drop_table("notification_evaluations")
    op.drop_index(op.f("ix_error_occurrences_ingest_event_id"), table_name="error_occurrences")
    op.drop_index(
        op.f("ix_error_occurrences_error_group_id_occurred_at_ingest_event_id"), table_name="error_occurrences"
    )
    op.drop_table("error_occurrences")
    op.drop_index(op.f("ix_error_group_keys_error_group_id"), table_name="error_group_keys")
    op.drop_table("error_group_keys")
    op.drop_table("telemetry_failures")
    op.drop_index(op.f("ix_project_memberships_user_id"), table_name="project_memberships")
    op.drop_table("project_memberships")
    op.drop_index(op.f("ix_project_deployments_project_id_deployed_at"), table_name="project_deployments")
    op.drop_table("project_deployments")
    op.drop_index(op.f("ix_error_groups_project_id_status_last_seen_at_id"), table_name="error_groups")
    op.drop_index(op.f("ix_error_groups_project_id_first_seen_at"), table_name="error_groups")
    op.drop_table("error_groups")
    op.drop_table("check_in_monitors")
    op.drop_index(op.f("ix_api_keys_project_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_index(op.f("ix_user_sessions_user_id"), table_name="user_sessions")
    op.drop_index(op.f("ix_user_sessions_expires_at"), table_name="user_sessions")
    op.drop_table("user_sessions")
    op.drop_index(
        op.f("ix_telemetry_deliveries_destination_available_at"),
        table_name="telemetry_deliveries",
        sqlite_where=sa.text("status <> 'completed'"),
        postgresql_where=sa.text("status <> 'completed'"),
    )
    op.drop_table("telemetry_deliveries")
    op.drop_table("projects")
    op.drop_table("installations")
    op.drop_table("users")
    op.drop_index(op.f("ix_trace_spans_project_id_trace_id"), table_name="trace_spans")
    op.drop_index(op.f("ix_trace_spans_project_id_started_at"), table_name="trace_spans")
    op.drop_table("trace_spans")
    op.drop_table("telemetry_identities")
    op.drop_table("telemetry_id_blocks")
    op.drop_index(op.f("ix_telemetry_batches_committed_at"), table_name="telemetry_batches")
    op.drop_table("telemetry_batches")
    op.drop_table("recurring_jobs")
    op.drop_index(op.f("ix_ingest_events_project_id_occurred_at"), table_name="ingest_events")
    op.drop_index(op.f("ix_ingest_events_project_id_event_type_occurred_at"), table_name="ingest_events")
    op.drop_table("ingest_events")
