"""Bringing a database to the schema of this release. Alembic is imported when there is something to bring."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, text

from logister_core.db.engine import make_engine
from logister_core.db.metadata import metadata
from logister_core.db.partitions import ensure_partitions, is_partition
from logister_core.db.revisions import current_revision, head_revision

if TYPE_CHECKING:
    from alembic.config import Config

# Any constant will do, as long as every process that migrates this database asks for the same one.
ADVISORY_LOCK = 0x6C6F_6769


def alembic_config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "logister_core:migrations")
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def configured_engine(config: Config) -> Engine:
    """The engine for `alembic` on the command line: environment first, then the ini's `logister.*` keys."""
    from logister_core.settings import load_settings

    ini = dict(config.file_config.items("app:main")) if config.file_config.has_section("app:main") else {}
    database = load_settings(ini, os.environ).database
    return make_engine(database.migration_url or database.url)


def upgrade(engine: Engine, revision: str = "head") -> bool:
    """Bring the schema to `revision` and make the partitions of the coming months; true if the schema changed.

    Safe to repeat and to run in several processes at once: they queue for a lock.
    """
    with _one_at_a_time(engine), engine.connect() as connection:
        before = current_revision(connection)
        connection.rollback()
        at_head = revision == "head" and before == head_revision()
        after = before if at_head else _upgraded(connection, revision)
        if revision == "head":
            _be_impatient(connection)
            ensure_partitions(connection)
            connection.commit()
    return before != after


def _upgraded(connection: Connection, revision: str) -> str | None:
    """The revision it has now."""
    from alembic import command

    command.upgrade(alembic_config(connection), revision)
    after = current_revision(connection)
    connection.rollback()
    return after


def downgrade(engine: Engine, revision: str) -> None:
    from alembic import command

    with _one_at_a_time(engine), engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def run_migrations(connection: Connection) -> None:
    """Called by env.py inside Alembic; one transaction per migration."""
    from alembic import context

    _be_impatient(connection)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=True,
        include_object=include_object,
    )
    with context.begin_transaction():
        context.run_migrations()


def _be_impatient(connection: Connection) -> None:
    """Whoever cannot get its locks soon must not make every request queue behind it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SET statement_timeout = '15min'"))
        connection.commit()


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Partitions come and go with the months; comparing models with the database leaves them out."""
    return not (kind == "table" and name is not None and is_partition(name))


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
                connection.rollback()
        return
    database = engine.url.database
    with _file_lock(Path(f"{database}.migrate-lock")) if database not in (None, ":memory:") else nullcontext():
        yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
