"""Tables and views in ClickHouse (specification, ClickHouse chapter §3).

What is written may be written twice, so questions go to the views of facts, where each event and span is once. The
other views sum them up for dashboards of one's own; none is materialized, since what was written twice would count
twice there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from logister_plugins.clickhouse import Settings

VERSION: Final = 2
DEDUPLICATION_WINDOW: Final = 10_000
# 90 days that are read at most, and 30 to spare.
KEPT_DAYS: Final = 120

EVENT_TYPE: Final = "Enum8('error' = 1, 'metric' = 2, 'transaction' = 3, 'log' = 4, 'check_in' = 5)"
_TIME = "DateTime64(3, 'UTC')"
_WORD = "LowCardinality(String)"


class Column(NamedTuple):
    name: str
    type: str
    default: str = ""

    @property
    def declaration(self) -> str:
        return f"{self.name} {self.type}{f' DEFAULT {self.default}' if self.default else ''}"


EVENTS: Final = (
    Column("event_id", "UUID"),
    Column("project_id", "UInt64"),
    Column("api_key_id", "UInt64"),
    Column("projection_version", "UInt64", "1"),
    Column("identity_checksum", "UInt128"),
    Column("occurred_at", _TIME),
    Column("received_at", _TIME),
    Column("event_type", EVENT_TYPE),
    Column("level", _WORD),
    Column("environment", _WORD),
    Column("service", _WORD),
    Column("release", _WORD),
    Column("fingerprint", "String"),
    Column("message", "String"),
    Column("exception_class", _WORD),
    Column("transaction_name", "String"),
    Column("trace_id", "String", "''"),
    Column("request_id", "String", "''"),
    Column("metric_name", "String", "''"),
    Column("metric_value", "Nullable(Float64)"),
    Column("metric_unit", _WORD, "''"),
    Column("duration_ms", "Nullable(Float64)"),
    Column("transaction_status", _WORD, "''"),
    Column("log_severity", _WORD, "''"),
    Column("error_fingerprint", "String", "''"),
    Column("check_in_slug", "String", "''"),
    Column("check_in_status", _WORD, "''"),
    Column("check_in_expected_interval_seconds", "Nullable(UInt32)"),
    Column("tags", "Map(String, String)"),
    Column("context_json", "String"),
    Column("ip", "IPv6", "toIPv6('::')"),
    Column("user_agent", "String"),
)

SPANS: Final = (
    Column("span_id", "UUID"),
    Column("project_id", "UInt64"),
    Column("api_key_id", "UInt64"),
    Column("projection_version", "UInt64", "1"),
    Column("identity_checksum", "UInt128"),
    Column("trace_id", "String"),
    Column("external_span_id", "String"),
    Column("parent_span_id", "String"),
    Column("name", "String"),
    Column("kind", _WORD),
    Column("status", _WORD),
    Column("duration_ms", "Float64"),
    Column("started_at", _TIME),
    Column("ended_at", f"Nullable({_TIME})"),
    Column("received_at", _TIME),
    Column("environment", _WORD),
    Column("service", _WORD),
    Column("release", _WORD),
    Column("route", "String"),
    Column("request_id", "String"),
    Column("http_method", _WORD, "''"),
    Column("http_status_code", "Nullable(UInt16)"),
    Column("is_root", "UInt8", "0"),
    Column("tags", "Map(String, String)"),
    Column("context_json", "String"),
    Column("ip", "IPv6", "toIPv6('::')"),
    Column("user_agent", "String"),
)

# Columns whose types are looked at: those that changed between releases, or that wrong values would slip through.
CHECKED_EVENT_COLUMNS: Final = (
    "projection_version",
    "identity_checksum",
    "metric_value",
    "duration_ms",
    "transaction_status",
    "log_severity",
    "error_fingerprint",
    "check_in_slug",
    "check_in_status",
    "context_json",
    "tags",
)
CHECKED_SPAN_COLUMNS: Final = (
    "projection_version",
    "identity_checksum",
    "duration_ms",
    "http_method",
    "http_status_code",
    "is_root",
    "context_json",
    "tags",
)
EVENT_TYPE_VIEWS: Final = ("event_facts_v2", "event_facts_1m_v2", "event_facts_1h_v2")

_WHERE_AND_WHAT = "environment, service, release"
_DURATIONS = (
    "countIf(isNotNull(duration_ms)) AS duration_count, avgIf(duration_ms, isNotNull(duration_ms)) AS duration_avg, "
    "quantileTDigestIf(0.95)(duration_ms, isNotNull(duration_ms)) AS duration_p95"
)


class _Rollup(NamedTuple):
    """`keys` are what it is grouped by besides time and project."""

    source: str
    time: str
    keys: str
    measures: str
    condition: str = "1"


_ROLLUPS: Final[Mapping[str, _Rollup]] = {
    "event_facts": _Rollup(
        "event_facts_v2",
        "occurred_at",
        f"event_type, level, {_WHERE_AND_WHAT}",
        "count() AS event_count, max(occurred_at) AS latest_event_at",
    ),
    "metric_facts": _Rollup(
        "event_facts_v2",
        "occurred_at",
        f"metric_name, metric_unit, {_WHERE_AND_WHAT}",
        "count() AS event_count, countIf(isNotNull(metric_value)) AS value_count, sum(metric_value) AS value_sum, "
        "avgIf(metric_value, isNotNull(metric_value)) AS value_avg, "
        "quantileTDigestIf(0.95)(metric_value, isNotNull(metric_value)) AS value_p95",
        "event_type = 'metric'",
    ),
    "transaction_facts": _Rollup(
        "event_facts_v2",
        "occurred_at",
        f"transaction_name, transaction_status, {_WHERE_AND_WHAT}",
        f"count() AS transaction_count, {_DURATIONS}",
        "event_type = 'transaction'",
    ),
    "error_occurrences": _Rollup(
        "event_facts_v2",
        "occurred_at",
        f"error_fingerprint, exception_class, level, {_WHERE_AND_WHAT}",
        "count() AS occurrence_count, max(occurred_at) AS last_seen_at",
        "event_type = 'error'",
    ),
    "log_events": _Rollup(
        "event_facts_v2",
        "occurred_at",
        f"log_severity, message, {_WHERE_AND_WHAT}",
        "count() AS log_count, max(occurred_at) AS latest_log_at",
        "event_type = 'log'",
    ),
    "check_in_observations": _Rollup(
        "event_facts_v2",
        "occurred_at",
        "check_in_slug, check_in_status, check_in_expected_interval_seconds, environment",
        "count() AS observation_count, max(occurred_at) AS latest_check_in_at",
        "event_type = 'check_in'",
    ),
    "request_span_facts": _Rollup(
        "span_facts_v2",
        "started_at",
        f"{_WHERE_AND_WHAT}, route, http_method, http_status_code, status",
        "count() AS request_count, avg(duration_ms) AS duration_avg, "
        "quantileTDigest(0.95)(duration_ms) AS duration_p95",
        "is_root = 1 AND kind IN ('server', 'browser')",
    ),
}
_BY_MINUTE: Final = ("event_facts", "metric_facts", "transaction_facts", "request_span_facts")
_FACTS: Final = ("event_facts_v2", "span_facts_v2")

VIEWS: Final = (
    *_FACTS,
    *(f"{name}_1m_v2" for name in _BY_MINUTE),
    *(f"{name}_1h_v2" for name in _ROLLUPS),
)


def required_objects(settings: Settings) -> list[str]:
    return sorted([settings.events_table, settings.spans_table, *VIEWS])


def table_statements(settings: Settings) -> dict[str, str]:
    """By table: what makes it if it is missing."""
    database = settings.database
    return {
        settings.events_table: _table(
            f"{database}.{settings.events_table}",
            EVENTS,
            "occurred_at",
            "project_id, toDate(occurred_at), event_type, occurred_at, event_id",
        ),
        settings.spans_table: _table(
            f"{database}.{settings.spans_table}",
            SPANS,
            "started_at",
            "project_id, toDate(started_at), kind, started_at, trace_id, external_span_id, span_id",
        ),
    }


def view_statements(settings: Settings) -> dict[str, str]:
    """By view: what makes it anew. Each names its columns, which a view remembers from when it was made."""
    made = {
        "event_facts_v2": _facts(settings, settings.events_table, EVENTS, "event_id"),
        "span_facts_v2": _facts(settings, settings.spans_table, SPANS, "span_id"),
    }
    for name, rollup in _ROLLUPS.items():
        if name in _BY_MINUTE:
            made[f"{name}_1m_v2"] = _summed(settings, rollup, "toStartOfMinute")
        made[f"{name}_1h_v2"] = _summed(settings, rollup, "toStartOfHour")
    return {name: f"CREATE OR REPLACE VIEW {settings.database}.{name} AS {query}" for name, query in made.items()}


def _table(name: str, columns: tuple[Column, ...], time: str, order: str) -> str:
    declared = ",\n  ".join(column.declaration for column in columns)
    return (
        f"CREATE TABLE IF NOT EXISTS {name} (\n  {declared}\n) ENGINE = MergeTree PARTITION BY toYYYYMM({time}) "
        f"ORDER BY ({order}) TTL toDateTime({time}) + INTERVAL {KEPT_DAYS} DAY DELETE "
        f"SETTINGS index_granularity = 8192, non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}"
    )


def _facts(settings: Settings, table: str, columns: tuple[Column, ...], key: str) -> str:
    names = ", ".join(column.name for column in columns)
    return (
        f"SELECT {names} FROM {settings.database}.{table} "  # noqa: S608 - names that were checked
        f"ORDER BY projection_version DESC, received_at DESC LIMIT 1 BY project_id, {key}"
    )


def _summed(settings: Settings, rollup: _Rollup, start: str) -> str:
    return (
        f"SELECT {start}({rollup.time}) AS bucket, project_id, {rollup.keys}, {rollup.measures} "  # noqa: S608 - our own words
        f"FROM {settings.database}.{rollup.source} WHERE {rollup.condition} GROUP BY bucket, project_id, {rollup.keys}"
    )
