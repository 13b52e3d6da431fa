"""Removing what is not needed any more, a portion in each transaction, so that nobody has to wait for long."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, delete, select

from logister_core.db.sessions import write_transaction

REMOVED_AT_ONCE: Final = 5000


def delete_in_portions(engine: Engine, model: Any, *conditions: ColumnElement[bool]) -> None:
    """Delete the rows of `model` (with a column `id`) for which the conditions hold."""
    some = select(model.id).where(*conditions).limit(REMOVED_AT_ONCE)
    statement = delete(model).where(model.id.in_(some)).returning(model.id)
    removed = REMOVED_AT_ONCE
    while removed == REMOVED_AT_ONCE:
        with write_transaction(engine) as db:
            removed = len(db.execute(statement.execution_options(synchronize_session=False)).all())
