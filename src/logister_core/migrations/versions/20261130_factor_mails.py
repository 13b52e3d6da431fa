"""Mails that tell of changes of second factors

Revises: 20261130_invitations
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_factor_mails"
down_revision = "20261130_invitations"
branch_labels = None
depends_on = None

KINDS_BEFORE = ("confirmation", "reset", "already_registered", "password_changed", "email_changed")
KINDS = (
    *KINDS_BEFORE,
    "app_added",
    "app_removed",
    "passkey_added",
    "passkey_removed",
    "codes_made",
    "factors_reset",
)


def upgrade() -> None:
    _restrict(KINDS)


def downgrade() -> None:
    mails = sa.table("account_mails", sa.column("kind"))
    op.execute(mails.delete().where(mails.c.kind.not_in(KINDS_BEFORE)))
    _restrict(KINDS_BEFORE)


def _restrict(kinds: tuple[str, ...]) -> None:
    # On SQLite this makes the table anew; nothing refers to it.
    with op.batch_alter_table("account_mails") as mails:
        mails.drop_constraint(op.f("ck_account_mails_kind"), type_="check")
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        mails.create_check_constraint(op.f("ck_account_mails_kind"), sa.text(f"kind IN ({listed})"))
