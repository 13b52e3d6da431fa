"""Telling a database that is away from a statement that is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# What may say that the database, and not the statement, failed.
OUTAGES = (OperationalError, InterfaceError, InternalError, PoolTimeout)

# Of an internal error: the database is in trouble itself, or a copy that takes no writes.
_READ_ONLY = "25006"
_TROUBLE = "XX"
# Serialization failure and deadlock: two transactions met, and this one gave way.
_COLLISIONS = ("40001", "40P01")


def is_outage(error: BaseException) -> bool:
    """Whether trying the same again later may succeed because the database, and not the data, failed."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, InternalError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return state == _READ_ONLY or state.startswith(_TROUBLE)
    return isinstance(error, (*OUTAGES, OSError))


def is_collision(error: BaseException) -> bool:
    """Whether PostgreSQL undid a transaction for the sake of another one, so that the same will succeed at once."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _COLLISIONS
