"""When it happened and how well that is known: the server's own statement about each event (§5.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from logister_core.ingest.normalization.times import iso_text, parse_time
from logister_core.ingest.normalization.values import child, positive_integer, scalar_text, text

EXACT: Final = "exact"
REPORTING_INTERVAL: Final = "reporting_interval"
RECEIVED_ONLY: Final = "received_only"
MOBILE_PLATFORMS: Final = frozenset({"android", "ios"})

_TOKEN_BREAK = re.compile(r"[ -]")
_NOT_TOKEN = re.compile(r"[^a-z0-9_.]")

_AGGREGATE_SOURCES: Final = frozenset({"app_store_connect", "google_play", "aggregate"})
_EVIDENCE_KINDS: Final = {
    kind: evidence_kind
    for evidence_kind, kinds in {
        "crashed_stack": ("crash", "native_crash"),
        "sampled_call_tree": (
            "hang", "cpu_exception", "excessive_cpu", "disk_write_exception", "excessive_disk_writes",
            "launch_failure", "slow_launch",
        ),
        "termination_metadata": ("watchdog_termination", "memory_termination"),
        "memory_report": ("memory_limit_termination", "memory_pressure_termination"),
    }.items()
    for kind in kinds
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventTime:
    occurred_at: datetime
    precision: str
    """exact, reporting_interval or received_only."""


def add_evidence(context: dict[str, Any], *, occurred_at: object, received_at: datetime) -> EventTime:
    """Replace `context["telemetry_evidence"]` by ours and return the time of the event.

    `occurred_at` is the event's own field as sent; `context` is already in its canonical form.
    """
    context.pop("telemetry_evidence", None)
    evidence = child(context, "evidence")
    diagnostic = child(context, "diagnostic")
    error = child(context, "error")
    exact = (
        parse_time(occurred_at) or parse_time(diagnostic.get("occurred_at")) or parse_time(evidence.get("occurred_at"))
    )
    start = end = None
    if evidence or diagnostic:
        start, end = _reporting_interval(evidence, diagnostic)
    if exact is not None:
        time = EventTime(exact, EXACT)
    elif end is not None or start is not None:
        time = EventTime(end or start or received_at, REPORTING_INTERVAL)
    else:
        time = EventTime(received_at, RECEIVED_ONLY)
    statement = _origin(context, evidence, diagnostic, error)
    statement["time"] = _time_statement(time, exact, start, end, received_at)
    producer = _producer(context, evidence)
    if producer:
        statement["producer"] = producer
    statement["normalization"] = {
        "owner": "server",
        # The name that existing clients and exports compare with, literally.
        "normalizer": "TelemetryEvidenceNormalizer",
        "sensitive_key_filter_applied": True,
    }
    context["telemetry_evidence"] = statement
    return time


def is_mobile_platform(context: dict[str, Any]) -> bool:
    platform = context.get("platform")
    return isinstance(platform, str) and platform.strip().lower() in MOBILE_PLATFORMS


def token(value: object) -> str | None:
    """A short machine word, e.g. `Historical Exit` -> `historical_exit`; None when nothing is left."""
    found = scalar_text(value)
    if found is None:
        return None
    joined = _TOKEN_BREAK.sub("_", found.strip()[:128].lower())
    return _NOT_TOKEN.sub("", joined)[:80] or None


def _reporting_interval(
    evidence: dict[str, Any], diagnostic: dict[str, Any]
) -> tuple[datetime | None, datetime | None]:
    """(start, end) of the period a system report covers; both None when they contradict each other."""
    bounds: list[datetime | None] = []
    for side, stamp in (("start", "begin"), ("end", "end")):
        candidates = (
            child(evidence, "reporting_period").get(side),
            evidence.get(f"reporting_{side}"),
            child(diagnostic, "reporting_period").get(side),
            diagnostic.get(f"reporting_{side}"),
            diagnostic.get(f"time_stamp_{stamp}"),
            diagnostic.get(f"timestamp_{stamp}"),
        )
        bounds.append(next(filter(None, map(parse_time, candidates)), None))
    start, end = bounds
    if start is not None and end is not None and start > end:
        return None, None
    return start, end


def _origin(
    context: dict[str, Any], evidence: dict[str, Any], diagnostic: dict[str, Any], error: dict[str, Any]
) -> dict[str, Any]:
    """Where the event comes from and what kind of proof it is; keys in the documented order."""
    source = kind = capture_mode = evidence_kind = scope = None
    if evidence or diagnostic or error:
        captured = token(error.get("capture_source"))
        source = token(evidence.get("source")) or token(diagnostic.get("source")) or captured
        kind = token(evidence.get("kind")) or token(diagnostic.get("kind")) or token(error.get("mechanism"))
        capture_mode = token(evidence.get("capture_mode")) or token(diagnostic.get("capture_mode")) or captured
        evidence_kind = token(evidence.get("evidence_kind"))
        scope = token(evidence.get("identity_scope"))
    source = source or ("sdk" if is_mobile_platform(context) else "api")
    scope = scope or ("interval_aggregate" if source in _AGGREGATE_SOURCES else "occurrence")
    if evidence_kind is None:
        evidence_kind = (
            "aggregate_counter" if scope == "interval_aggregate" else _EVIDENCE_KINDS.get(kind or "", "event_payload")
        )
    fatal = error.get("fatal")
    statement: dict[str, Any] = {"schema_version": 1, "source": source}
    if kind is not None:
        statement["kind"] = kind
    statement["capture_mode"] = capture_mode or source
    statement["evidence_kind"] = evidence_kind
    statement["identity_scope"] = scope
    statement["fatality"] = "fatal" if fatal is True else "nonfatal" if fatal is False else "unknown"
    return statement


def _time_statement(
    time: EventTime,
    exact: datetime | None,
    start: datetime | None,
    end: datetime | None,
    received_at: datetime,
) -> dict[str, str]:
    statement = {"precision": time.precision}
    if exact is not None:
        statement["occurred_at"] = iso_text(exact)
    if start is not None:
        statement["reporting_start"] = iso_text(start)
    if end is not None:
        statement["reporting_end"] = iso_text(end)
    statement["received_at"] = iso_text(received_at)
    return statement


def _producer(context: dict[str, Any], evidence: dict[str, Any]) -> dict[str, Any]:
    producer = child(evidence, "producer")
    sdk = child(context, "sdk")
    if not producer and not sdk and "telemetry_schema_version" not in context:
        return {}
    members = (
        ("sdk_name", text(producer.get("sdk_name")) or text(sdk.get("name"))),
        ("sdk_version", text(producer.get("sdk_version")) or text(sdk.get("version"))),
        ("telemetry_schema_version", positive_integer(context.get("telemetry_schema_version"))),
        ("decoder_version", text(producer.get("decoder_version"))),
    )
    return {key: value for key, value in members if value is not None}
