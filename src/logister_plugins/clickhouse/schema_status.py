"""Whether the schema in ClickHouse is that of this release, and making it so (specification, ClickHouse chapter §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logister_plugins.clickhouse import Settings
from logister_plugins.clickhouse.schema import (
    CHECKED_EVENT_COLUMNS,
    CHECKED_SPAN_COLUMNS,
    DEDUPLICATION_WINDOW,
    EVENT_TYPE,
    EVENT_TYPE_VIEWS,
    EVENTS,
    SPANS,
    VERSION,
    VIEWS,
    required_objects,
    table_statements,
    view_statements,
)
from logister_plugins.clickhouse.server import Server, Unavailable

REPLICATED = ("Replicated", "Shared")


class RepairIncomplete(Exception):
    """The message says what is still wrong."""


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """`engines` are those of the objects that are there; `error` is set when ClickHouse could not be asked."""

    settings: Settings
    healthy: bool = False
    engines: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    issues: Sequence[str] = ()
    error: Exception | None = None

    @property
    def missing(self) -> list[str]:
        return [name for name in required_objects(self.settings) if name not in self.engines]

    @property
    def ready(self) -> bool:
        return self.healthy and not self.missing and not self.issues

    @property
    def faults(self) -> list[str]:
        return [*self.issues, *(f"missing {name}" for name in self.missing)]

    @property
    def event_type_columns(self) -> dict[str, str]:
        return {name: columns["event_type"] for name, columns in self.columns.items() if "event_type" in columns}

    def as_json(self) -> dict[str, Any]:
        settings = self.settings
        described = {
            "schema_version": VERSION,
            "enabled": settings.enabled,
            "healthy": self.healthy,
            "ready": self.ready,
            "database": settings.database,
            "required_tables": required_objects(settings) if settings.enabled else [],
            "present_tables": sorted(self.engines),
            "missing_tables": self.missing if settings.enabled else [],
            "object_engines": dict(self.engines),
            "raw_columns": {
                name: dict(self.columns[name])
                for name in (settings.events_table, settings.spans_table)
                if name in self.columns
            },
            "event_type_columns": self.event_type_columns,
            "schema_issues": list(self.issues),
        }
        if self.error is not None:
            return described | {"error": f"{type(self.error).__name__}: {self.error}"}
        return described | ({"duplicate_safety": "logical_fact_views"} if settings.enabled else {})


@dataclass(frozen=True, slots=True)
class Repair:
    status: SchemaStatus
    loaded_statements: int = 0
    repaired_columns: Sequence[str] = ()
    rebuilt_views: Sequence[str] = ()
    deduplication_tables: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "enabled": self.status.settings.enabled,
            "loaded_statements": self.loaded_statements,
            "repaired_columns": list(self.repaired_columns),
            "rebuilt_views": list(self.rebuilt_views),
            "deduplication_tables": list(self.deduplication_tables),
            "schema": self.status.as_json(),
        }


def schema_status(server: Server) -> SchemaStatus:
    """Nothing is asked while ClickHouse is switched off."""
    settings = server.settings
    if not settings.enabled:
        return SchemaStatus(settings)
    try:
        return _asked(server)
    except Unavailable as error:
        return SchemaStatus(settings, error=error)


def _asked(server: Server) -> SchemaStatus:
    settings = server.settings
    named = {"database": settings.database, "names": required_objects(settings)}
    tables = server.look_up(
        "SELECT name, engine FROM system.tables WHERE database = {database:String} "
        "AND name IN {names:Array(String)} ORDER BY name",
        named,
    )
    engines = {str(name): str(engine) for name, engine in tables}
    columns: dict[str, dict[str, str]] = {}
    for table, name, kind in server.look_up(
        "SELECT table, name, type FROM system.columns WHERE database = {database:String} "
        "AND table IN {names:Array(String)} ORDER BY table, position",
        named,
    ):
        columns.setdefault(table, {})[name] = kind
    return SchemaStatus(settings, True, engines, columns, _issues(settings, engines, columns))


def _issues(settings: Settings, engines: Mapping[str, str], columns: Mapping[str, Mapping[str, str]]) -> list[str]:
    found = []
    for name in (settings.events_table, *EVENT_TYPE_VIEWS):
        if name in engines:
            found += _column_issue(name, "event_type", EVENT_TYPE, columns)
    checked = {
        settings.events_table: (EVENTS, CHECKED_EVENT_COLUMNS),
        settings.spans_table: (SPANS, CHECKED_SPAN_COLUMNS),
    }
    for table, (declared, names) in checked.items():
        for column in declared:
            if table in engines and column.name in names:
                found += _column_issue(table, column.name, column.type, columns)
    for name, engine in engines.items():
        if name in VIEWS and engine != "View":
            found.append(f"{name} uses {engine}; expected View")
        if name not in VIEWS and not engine.endswith("MergeTree"):
            found.append(f"{name} uses {engine}; expected a MergeTree-family engine")
    return found


def _column_issue(table: str, column: str, expected: str, columns: Mapping[str, Mapping[str, str]]) -> list[str]:
    kind = columns.get(table, {}).get(column)
    if kind is None:
        return [f"{table}.{column} is missing"]
    return [] if kind == expected else [f"{table}.{column} uses {kind}; expected {expected}"]


def repair(server: Server) -> Repair:
    """Make what is missing, and put right what can be; a second time it changes nothing.

    Raises `Unavailable`, or `RepairIncomplete` when something is still wrong then.
    """
    settings = server.settings
    if not settings.enabled:
        return Repair(SchemaStatus(settings))
    before = _asked(server)
    statements = [*_database_statements(server), *table_statements(settings).values()]
    enum = before.event_type_columns.get(settings.events_table)
    repaired = [] if enum in (None, EVENT_TYPE) else [settings.events_table]
    statements += [f"ALTER TABLE {_name(settings, table)} MODIFY COLUMN event_type {EVENT_TYPE}" for table in repaired]
    single = [
        table
        for table in (settings.events_table, settings.spans_table)
        if before.engines.get(table, "MergeTree").endswith("MergeTree")
        and not before.engines.get(table, "").startswith(REPLICATED)
    ]
    statements += [
        f"ALTER TABLE {_name(settings, table)} MODIFY SETTING "
        f"non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}"
        for table in single
    ]
    # What stands in the place of a view and is none is not ours to throw away.
    views = {
        name: made for name, made in view_statements(settings).items() if before.engines.get(name, "View") == "View"
    }
    statements += views.values()
    for statement in statements:
        server.change_schema(statement)
    status = _asked(server)
    if not status.ready:
        raise RepairIncomplete(f"ClickHouse schema repair incomplete: {'; '.join(status.faults)}")
    rebuilt = sorted(name for name in views if name in before.engines)
    return Repair(status, len(statements), repaired, rebuilt, single)


def _database_statements(server: Server) -> list[str]:
    """None when the database is there: making one is not allowed to everybody who may make tables."""
    database = server.settings.database
    there = server.look_up("SELECT 1 FROM system.databases WHERE name = {database:String}", {"database": database})
    return [] if there else [f"CREATE DATABASE IF NOT EXISTS {database}"]


def _name(settings: Settings, table: str) -> str:
    return f"{settings.database}.{table}"
