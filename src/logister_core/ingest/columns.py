"""The columns that intake writes, in the order in which both databases receive them.

`id` and `batch_id` come first and are added by the committing thread; all the rest is encoded by the request
threads, so that the one thread that commits only joins bytes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["text", "time", "uuid", "int8", "float8", "bool", "json", "bytes"]


class Column(NamedTuple):
    name: str
    kind: Kind


LEADING = ("id", "batch_id")

EVENT_COLUMNS = (
    Column("project_id", "int8"),
    Column("api_key_id", "int8"),
    Column("uuid", "uuid"),
    Column("occurred_at", "time"),
    Column("received_at", "time"),
    Column("event_type", "text"),
    Column("time_precision", "text"),
    Column("indexes_deployment", "bool"),
    Column("level", "text"),
    Column("message", "text"),
    Column("fingerprint", "text"),
    Column("grouping_strategy", "text"),
    Column("grouping_key", "text"),
    Column("environment", "text"),
    Column("release", "text"),
    Column("service", "text"),
    Column("exception_class", "text"),
    Column("culprit", "text"),
    Column("trace_id", "text"),
    Column("request_id", "text"),
    Column("session_id", "text"),
    Column("end_user_id", "text"),
    Column("transaction_name", "text"),
    Column("status_code", "text"),
    Column("duration_ms", "float8"),
    Column("metric_value", "float8"),
    Column("metric_unit", "text"),
    Column("tags", "json"),
    Column("body", "bytes"),
)

SPAN_COLUMNS = (
    Column("project_id", "int8"),
    Column("api_key_id", "int8"),
    Column("uuid", "uuid"),
    Column("started_at", "time"),
    Column("ended_at", "time"),
    Column("received_at", "time"),
    Column("trace_id", "text"),
    Column("span_id", "text"),
    Column("parent_span_id", "text"),
    Column("name", "text"),
    Column("kind", "text"),
    Column("status", "text"),
    Column("duration_ms", "float8"),
    Column("environment", "text"),
    Column("release", "text"),
    Column("service", "text"),
    Column("request_id", "text"),
    Column("transaction_name", "text"),
    Column("body", "bytes"),
)


IDENTITY_COLUMNS = (
    Column("project_id", "int8"),
    Column("uuid", "uuid"),
    Column("record_id", "int8"),
    Column("recorded_at", "time"),
    Column("is_span", "bool"),
    Column("record_uuid", "uuid"),
)
