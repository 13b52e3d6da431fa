"""Invitations, and who was let in by one

Revises: 20261130_oidc_identities
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_invitations"
down_revision = "20261130_oidc_identities"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("mailed_digest", sa.Text(), nullable=True),
        sa.Column("project_id", BIG_ID, nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("mail_due_at", TIME, nullable=True),
        sa.Column("mail_attempts", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("accepted_at", TIME, nullable=True),
        sa.Column("accepted_by_id", BIG_ID, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_invitations_project_id_projects"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["users.id"], name=op.f("fk_invitations_invited_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["users.id"], name=op.f("fk_invitations_accepted_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("uuid", name=op.f("uq_invitations_uuid")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
        sa.UniqueConstraint("mailed_digest", name=op.f("uq_invitations_mailed_digest")),
        sa.CheckConstraint("role IN ('viewer', 'admin')", name=op.f("ck_invitations_role")),
    )
    op.create_index(op.f("ix_invitations_project_id"), "invitations", ["project_id"])
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"])
    op.create_index(op.f("ix_invitations_mail_due_at"), "invitations", ["mail_due_at"])
    op.add_column("users", sa.Column("admitted_at", TIME, nullable=True))


def downgrade() -> None:
    # Not in a batch, which would put another table in the place of one that others refer to.
    op.drop_column("users", "admitted_at")
    op.drop_table("invitations")
