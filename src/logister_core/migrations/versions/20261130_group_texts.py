"""What searches look at of error groups, in a narrow table that triggers fill

Revises: 20261130_cli_tokens
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_group_texts"
down_revision = "20261130_cli_tokens"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEARCHED = ("title", "subtitle", "culprit", "fingerprint", "stage")
COLUMNS = "error_group_id, project_id, text"


def upgrade() -> None:
    op.create_table(
        "error_group_texts",
        sa.Column("error_group_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["error_group_id"],
            ["error_groups.id"],
            name=op.f("fk_error_group_texts_error_group_id_error_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("error_group_id", name=op.f("pk_error_group_texts")),
    )
    op.create_index(op.f("ix_error_group_texts_project_id"), "error_group_texts", ["project_id"])
    # Names of our own, and no value of anybody.
    op.execute(
        f"INSERT INTO error_group_texts ({COLUMNS}) SELECT id, project_id, {_text('error_groups')} FROM error_groups"  # noqa: S608
    )
    made = f"INSERT INTO error_group_texts ({COLUMNS}) VALUES (new.id, new.project_id, {_text('new')});"  # noqa: S608
    changed = (
        f"UPDATE error_group_texts SET project_id = new.project_id, text = {_text('new')}"  # noqa: S608
        " WHERE error_group_id = new.id;"
    )
    _trigger("insert", "AFTER INSERT", "", made)
    # Asked only when one of them is written at all, which counting an occurrence does not.
    written = f"AFTER UPDATE OF project_id, {', '.join(SEARCHED)}"
    different = f"WHEN ({_text('old')} <> {_text('new')} OR old.project_id <> new.project_id)"
    _trigger("update", written, different, changed)


def downgrade() -> None:
    for word in ("insert", "update"):
        name = f"error_groups_text_{word}"
        if _postgresql():
            op.execute(f"DROP TRIGGER {name} ON error_groups")
            op.execute(f"DROP FUNCTION {name}()")
        else:
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("error_group_texts")


def _text(row: str) -> str:
    # With a line break between them, which no search contains.
    joined = " || '\n' || ".join(f"coalesce({row}.{column}, '')" for column in SEARCHED)
    # Bytes and not the language's letters, as SQLite does it.
    return f'lower(({joined}) COLLATE "C")' if _postgresql() else f"lower({joined})"


def _trigger(word: str, written: str, when: str, body: str) -> None:
    name = f"error_groups_text_{word}"
    if _postgresql():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$")
        body = f"EXECUTE FUNCTION {name}()"
    else:
        body = f"BEGIN {body} END"
    op.execute(f"CREATE TRIGGER {name} {written} ON error_groups FOR EACH ROW {when} {body}")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
