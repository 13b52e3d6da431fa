"""Databases of finished tests, emptied for the next ones: that takes a fraction of the time of a new copy."""

from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg import sql

# What a test may have made or changed beside rows; a database where it did is not used again.
_SHAPE = """
    SELECT relname, relkind, relnatts, relchecks FROM pg_class
    WHERE relnamespace = 'public'::regnamespace ORDER BY relname"""
_IN_USE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
_RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL"""

_INSERT = "INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{0}, %s)"


class Recycling:
    """Brings PostgreSQL databases that are copies of one template back to how the template is."""

    def __init__(self, template: str) -> None:
        # One for each database, since a new one would need longer than all that it does here.
        self._connections: dict[str, psycopg.Connection[Any]] = {}
        with _connect(template) as connection:
            self._shape = connection.execute(_SHAPE).fetchall()
            self._tables = [str(name) for name, kind, *_ in self._shape if kind == "r"]
            self._rows = {table: _rows(connection, table) for table in self._filled(connection)}

    def clean(self, url: str) -> bool:
        """Whether the database can be used again."""
        try:
            if url not in self._connections:
                self._connections[url] = _connect(url)
            connection = self._connections[url]
            if not _left_alone(connection):
                return False
            with connection.transaction():
                if connection.execute(_SHAPE).fetchall() != self._shape:
                    return False
                # Rows go in any order; only a superuser may ask for that.
                connection.execute("SET LOCAL session_replication_role = replica")
                for table in self._filled(connection):
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                for table, rows in self._rows.items():
                    connection.execute(sql.SQL(_INSERT).format(sql.Identifier(table)), [rows])
                connection.execute(_RESTART)
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _filled(self, connection: psycopg.Connection[Any]) -> list[str]:
        """Tables with rows."""
        each = sql.SQL("SELECT {name} WHERE EXISTS (SELECT FROM {table})")
        parts = [each.format(name=sql.Literal(name), table=sql.Identifier(name)) for name in self._tables]
        return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(parts))]


def _left_alone(connection: psycopg.Connection[Any]) -> bool:
    """Whether nobody else is connected; the server takes a moment to see that somebody left."""
    for _ in range(50):
        if connection.execute(_IN_USE).fetchone() == (0,):
            return True
        time.sleep(0.002)
    return False


def _rows(connection: psycopg.Connection[Any], table: str) -> str:
    query = sql.SQL("SELECT json_agg(row)::text FROM {} AS row").format(sql.Identifier(table))
    [(rows,)] = connection.execute(query)
    return str(rows)


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect("postgresql://" + url.partition("://")[2], autocommit=True)
