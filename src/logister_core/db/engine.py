"""The one place that makes database engines."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url

from logister_core.db.connecting import Connecting
from logister_core.db.deadline import lift_limit

# How long a SQLite writer waits for another one before it gives up, milliseconds.
SQLITE_BUSY_TIMEOUT_MS = 20_000

BEGIN_OPTION = "sqlite_begin"
# Statements that a connection keeps prepared. Pages have some hundred; with fewer they push each other out, and each is
# read and planned anew every time.
PREPARED = 1_000


def make_engine(url: str, *, pool_size: int = 5, echo: bool = False) -> Engine:
    """An engine for SQLite or PostgreSQL (psycopg) with the same behaviour as far as they can have it."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, pool_size, echo)
    engine = create_engine(
        url,
        echo=echo,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={
            # Times leave the server in UTC, whatever the role's default zone is.
            "options": "-c timezone=UTC",
            # Seconds and milliseconds for which a host that has vanished from the network is waited for.
            "connect_timeout": 2,
            "tcp_user_timeout": 5000,
        },
    )
    event.listen(engine, "do_connect", Connecting())
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def read_only(engine: Engine) -> Engine:
    """The same pool for transactions that will not write.

    On SQLite they begin deferred and so never wait for a writer; PostgreSQL needs no such distinction.
    """
    return engine.execution_options(**{BEGIN_OPTION: "DEFERRED"})


def _sqlite_engine(url: str, pool_size: int, echo: bool) -> Engine:
    engine = create_engine(
        url,
        echo=echo,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        # Connections wander between request threads, one at a time: the pool sees to that.
        connect_args={
            "check_same_thread": False,
            "timeout": SQLITE_BUSY_TIMEOUT_MS / 1000,
            "cached_statements": PREPARED,
        },
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "reset", _end_sqlite)
    event.listen(engine, "checkin", lift_limit)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.prepared_max = PREPARED


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # SQLAlchemy's begin event sends BEGIN itself; the driver's own idea of transactions is switched off.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        # An answered event must survive a power cut, hence a sync per commit.
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {SQLITE_BUSY_TIMEOUT_MS}",
        "cache_size = -16000",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _end_sqlite(connection: Any, _record: object, _state: object) -> None:
    # A COMMIT that fails may leave the transaction open, with the lock that everybody else waits for; SQLAlchemy takes
    # it for ended.
    if connection.in_transaction:
        connection.rollback()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot be upgraded once another one has written, and fails
    # without waiting. Taking the write lock at the start is the only way to queue, so it is the default.
    mode: Literal["IMMEDIATE", "DEFERRED"] = connection.get_execution_options().get(BEGIN_OPTION, "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
