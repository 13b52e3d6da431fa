"""Mails owed to people, and links that confirm an address or let choose a new password

Revises: 20261125_updates
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_account_mails"
down_revision = "20261125_updates"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TEXTS = ("unconfirmed_email", "confirmation_digest", "reset_digest")
TIMES = ("confirmation_sent_at", "reset_sent_at")
UNIQUE = ("confirmation_digest", "reset_digest")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("users", sa.Column(name, sa.Text(), nullable=True))
    for name in TIMES:
        op.add_column("users", sa.Column(name, TIME, nullable=True))
    for name in UNIQUE:
        # An index, not a constraint: that SQLite adds only by making the table anew.
        op.create_index(op.f(f"ix_users_{name}"), "users", [name], unique=True)
    kinds = "'confirmation', 'reset', 'already_registered', 'password_changed', 'email_changed'"
    op.create_table(
        "account_mails",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("given_up_at", TIME, nullable=True),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_account_mails_kind")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_account_mails_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_mails")),
    )
    op.create_index(op.f("ix_account_mails_due_at"), "account_mails", ["due_at"])
    op.create_index(op.f("ix_account_mails_user_id"), "account_mails", ["user_id"])


def downgrade() -> None:
    op.drop_table("account_mails")
    for name in UNIQUE:
        op.drop_index(op.f(f"ix_users_{name}"), table_name="users")
    for name in (*TEXTS, *TIMES):
        op.drop_column("users", name)
