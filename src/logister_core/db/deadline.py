"""How long the database may work on one statement of a transaction."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# PostgreSQL's query_canceled.
_CANCELED: Final = "57014"
_MARK: Final = "logister.deadline"
# Of SQLite's virtual machine, about a millisecond: how often it asks whether to go on.
_STEPS: Final = 10_000


def limit_statements(session: Session, milliseconds: int) -> None:
    """Stop each statement of the present transaction after that time; on SQLite all of them together.

    Whoever has the connection next has it without a limit.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # It ends with the transaction, behind a pooler as well.
        session.execute(text(f"SET LOCAL statement_timeout = {int(milliseconds)}"))
        return
    fairy: Any = connection.connection
    fairy.record_info[_MARK] = True
    deadline = time.monotonic() + milliseconds / 1000
    fairy.driver_connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)


def lift_limit(connection: Any, record: Any) -> None:
    """For the pool of SQLite, whose connections come back with their limit."""
    if record.record_info.pop(_MARK, False) and connection is not None:
        connection.set_progress_handler(None, 0)


def ran_out(error: DBAPIError) -> bool:
    """Whether a statement was stopped because it took too long."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT
    return getattr(error.orig, "sqlstate", None) == _CANCELED
