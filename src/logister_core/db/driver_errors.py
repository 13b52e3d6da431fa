"""Errors of a database driver that was used past SQLAlchemy, as SQLAlchemy raises them.

Everybody who tells an outage from a mistake looks for SQLAlchemy's exceptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


@contextmanager
def as_sqlalchemy_errors(session: Session) -> Iterator[None]:
    """Raise what the driver of the session's connection raises in here as `DBAPIError`, without its parameters."""
    dialect = session.get_bind().dialect
    driver: Any = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(None, None, error, driver.Error, hide_parameters=True, dialect=dialect) from error
