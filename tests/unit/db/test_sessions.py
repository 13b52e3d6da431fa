"""Transactions that fail leave nothing behind that the next one would stumble over."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.orm import Session
from transaction import TransactionManager

from logister_core.db.driver_errors import as_sqlalchemy_errors
from logister_core.db.engine import make_engine
from logister_core.db.outage import is_outage
from logister_core.db.sessions import committing, managed_sessions


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        connection.execute(
            text("CREATE TABLE children (id INTEGER PRIMARY KEY REFERENCES parents DEFERRABLE INITIALLY DEFERRED)")
        )
        connection.commit()
    return engine


def test_after_a_commit_that_failed_the_same_manager_goes_on(engine: Engine):
    manager = TransactionManager(explicit=True)
    sessions = managed_sessions(engine, manager)
    with pytest.raises(IntegrityError), committing(manager):
        # Only the commit notices that there is no such parent.
        sessions().execute(text("INSERT INTO children VALUES (1)"))
    with committing(manager):
        sessions().execute(text("INSERT INTO parents VALUES (1)"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM parents")) == 1
        assert connection.scalar(text("SELECT count(*) FROM children")) == 0


def test_an_error_in_between_rolls_back_and_is_the_one_that_is_raised(engine: Engine):
    manager = TransactionManager(explicit=True)
    sessions = managed_sessions(engine, manager)

    def fail() -> None:
        with committing(manager):
            sessions().execute(text("INSERT INTO parents VALUES (1)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM parents")) == 0


def test_an_error_of_the_driver_itself_counts_like_any_other(engine: Engine):
    with Session(engine) as session:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        with pytest.raises(OperationalError, match="no such table") as caught, as_sqlalchemy_errors(session):
            driver.execute("SELECT * FROM nowhere")
    assert is_outage(caught.value)


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.IoError(), True),
        (psycopg.errors.InternalError_(), True),
        (psycopg.errors.ReadOnlySqlTransaction(), True),
        (psycopg.errors.InFailedSqlTransaction(), False),
        (psycopg.errors.UniqueViolation(), False),
        (psycopg.errors.StringDataRightTruncation(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_postgresql_says_of_itself_is_an_outage_and_what_it_says_of_a_statement_is_none(
    error: psycopg.Error, outage: bool
):
    wrapped = sqlalchemy.exc.DBAPIError.instance(None, None, error, psycopg.Error)
    assert is_outage(wrapped) is outage


def test_an_internal_error_without_a_state_is_no_outage():
    assert not is_outage(InternalError("", {}, psycopg.InternalError()))
