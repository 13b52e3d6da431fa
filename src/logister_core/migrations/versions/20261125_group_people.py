"""People whom errors happened to

Existing groups begin with nobody and count from now on: a person is kept as a number that only the program can make.

Revises: 20261125_shown_groups
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261125_group_people"
down_revision = "20261125_shown_groups"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "error_group_people"


def upgrade() -> None:
    op.add_column("error_groups", sa.Column("people_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        TABLE,
        sa.Column("error_group_id", BIG_ID, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f(f"fk_{TABLE}_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("error_group_id", "person", name=op.f(f"pk_{TABLE}")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_column("error_groups", "people_count")
