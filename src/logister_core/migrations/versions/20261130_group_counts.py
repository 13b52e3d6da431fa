"""Numbers of error groups by project and status, kept by triggers

Revises: 20261130_factor_mails
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_group_counts"
down_revision = "20261130_factor_mails"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# When lists begin to show a group, and when they cease to.
SHOWN = "{row}.merged_into_id IS NULL"
CHANGED = """(
    old.status <> new.status OR old.project_id <> new.project_id
    OR (old.merged_into_id IS NULL) <> (new.merged_into_id IS NULL)
)"""
COLUMNS = ["project_id", "status", "number"]
COUNT = f"INSERT INTO error_group_counts ({', '.join(COLUMNS)})"
ADDED = f"{COUNT} SELECT new.project_id, new.status, 1 WHERE {SHOWN.format(row='new')};"
TAKEN = f"{COUNT} SELECT old.project_id, old.status, -1 WHERE {SHOWN.format(row='old')};"
# By the end of their names: after which statements, when, and what is to be done.
TRIGGERS = {
    "insert": ("INSERT", SHOWN.format(row="new"), ADDED),
    # Counting an occurrence writes none of these columns.
    "update": ("UPDATE OF status, project_id, merged_into_id", CHANGED, f"{TAKEN} {ADDED}"),
    "delete": ("DELETE", SHOWN.format(row="old"), TAKEN),
}


def upgrade() -> None:
    op.create_table(
        "error_group_counts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_group_counts")),
    )
    op.create_index(
        op.f("ix_error_group_counts_project_id_status_number"),
        "error_group_counts",
        ["project_id", "status", "number"],
    )
    groups = sa.table("error_groups", *map(sa.column, ("project_id", "status", "merged_into_id"))).c
    there_are = (
        sa.select(groups.project_id, groups.status, sa.func.count())
        .where(groups.merged_into_id.is_(None))
        .group_by(groups.project_id, groups.status)
    )
    counts = sa.table("error_group_counts", *map(sa.column, COLUMNS))
    op.execute(counts.insert().from_select(COLUMNS, there_are))
    for word, (statement, when, body) in TRIGGERS.items():
        name = f"error_groups_counted_{word}"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} AFTER {statement} ON error_groups"
                f" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
            )
        else:
            op.execute(f"CREATE TRIGGER {name} AFTER {statement} ON error_groups WHEN {when} BEGIN {body} END")


def downgrade() -> None:
    for word in TRIGGERS:
        name = f"error_groups_counted_{word}"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {name} ON error_groups")
            op.execute(f"DROP FUNCTION {name}()")
        else:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("error_group_counts")
