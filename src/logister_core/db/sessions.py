"""Sessions that belong to a transaction of the `transaction` package.

Nobody commits a session: the manager does, and zope.sqlalchemy refuses anything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import transaction
import zope.sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from transaction import TransactionManager
from zope.sqlalchemy.datamanager import STATUS_ACTIVE, STATUS_CHANGED

from logister_core.db.engine import read_only


def managed_session(engine: Engine, manager: TransactionManager, *, reads_only: bool = False) -> Session:
    """A session that `manager` commits or aborts."""
    session = Session(read_only(engine) if reads_only else engine, expire_on_commit=False)
    _register(session, manager, reads_only=reads_only)
    return session


def managed_sessions(engine: Engine, manager: TransactionManager) -> sessionmaker[Session]:
    """Makes sessions for writing that `manager` commits or aborts; registering once is cheaper than each time."""
    sessions = sessionmaker(engine, expire_on_commit=False)
    _register(sessions, manager, reads_only=False)
    return sessions


def _register(sessions: Session | sessionmaker[Session], manager: TransactionManager, *, reads_only: bool) -> None:
    # A session for writing counts as changed from the start: otherwise a write that went past the ORM would be
    # rolled back in silence.
    state = STATUS_ACTIVE if reads_only else STATUS_CHANGED
    zope.sqlalchemy.register(sessions, initial_state=state, transaction_manager=manager)


@contextmanager
def committing(manager: TransactionManager) -> Iterator[transaction.Transaction]:
    """`with manager`, and after a commit that failed the session is closed and the next transaction can begin."""
    current = manager.begin()
    try:
        yield current
        manager.commit()
    except BaseException:
        # A database that cannot commit perhaps cannot roll back either, which is logged; the first error says more.
        with suppress(Exception):
            manager.abort()
        raise


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Session]:
    """One transaction with a manager of its own, for work outside a request: committed at the end, or aborted."""
    manager = transaction.TransactionManager(explicit=True)
    with committing(manager):
        yield managed_session(engine, manager)


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Session]:
    """A session for reading outside a request."""
    with Session(read_only(engine), expire_on_commit=False) as session:
        yield session
