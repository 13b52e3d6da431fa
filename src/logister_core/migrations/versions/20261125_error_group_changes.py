"""Changes of error groups, and notices about what people decided

Revises: 20261125_evidence_audits
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_error_group_changes"
down_revision = "20261125_evidence_audits"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

CHANGES = (
    "resolve",
    "ignore",
    "archive",
    "reopen",
    "snooze",
    "assign",
    "merge",
    "merged",
    "unmerge",
    "unmerged",
    "link",
    "unlink",
    "regress",
    "wake",
)
KINDS_BEFORE = (
    "first_occurrence",
    "regression",
    "error_milestone",
    "monitor_missed",
    "monitor_recovered",
    "release_summary",
)
KINDS = (
    "first_occurrence",
    "regression",
    "error_milestone",
    "assignment",
    "status_change",
    "monitor_missed",
    "monitor_recovered",
    "release_summary",
)


def upgrade() -> None:
    op.create_table(
        "error_group_changes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("action_uuid", sa.Uuid(), nullable=False),
        sa.Column("error_group_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", JSON_VALUE, nullable=False),
        sa.Column("after", JSON_VALUE, nullable=False),
        sa.Column("details", JSON_VALUE, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("undone_at", TIME, nullable=True),
        sa.CheckConstraint(f"kind IN ({_listed(CHANGES)})", name=op.f("ck_error_group_changes_kind")),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f("fk_error_group_changes_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_error_group_changes_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_group_changes")),
    )
    op.create_index(op.f("ix_error_group_changes_error_group_id_id"), "error_group_changes", ["error_group_id", "id"])
    op.create_index(op.f("ix_error_group_changes_action_uuid"), "error_group_changes", ["action_uuid"])
    _restrict_intents(KINDS)


def downgrade() -> None:
    intents = sa.table("notification_intents", sa.column("kind"))
    op.execute(intents.delete().where(intents.c.kind.not_in(KINDS_BEFORE)))
    _restrict_intents(KINDS_BEFORE)
    op.drop_table("error_group_changes")


def _restrict_intents(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("notification_intents") as intents:
        intents.drop_constraint(op.f("ck_notification_intents_kind"), type_="check")
        intents.create_check_constraint(op.f("ck_notification_intents_kind"), sa.text(f"kind IN ({_listed(kinds)})"))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
