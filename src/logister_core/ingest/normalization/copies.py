"""Top-level event fields that belong into the context, and the default environment (§5.3)."""

from __future__ import annotations

from typing import Any, Final

from logister_core.ingest.normalization.keys import add_aliases, normalized_fields
from logister_core.ingest.normalization.values import child, is_blank, is_scalar

DEFAULT_ENVIRONMENT: Final = "production"
"""What an environment reads as where neither client nor server named one."""

# (context key, top-level source) in order of preference.
_COPIES: Final = (
    ("environment", "environment"),
    ("release", "release"),
    ("trace_id", "trace_id"),
    ("request_id", "request_id"),
    ("session_id", "session_id"),
    ("user_id", "user_id"),
    ("branch", "branch"),
    ("transaction_name", "transaction_name"),
    ("duration_ms", "duration_ms"),
    ("expected_interval_seconds", "expected_interval_seconds"),
    ("telemetry_schema_version", "telemetry_schema_version"),
    ("installation_id_hash", "installation_id_hash"),
    ("commit_sha", "commit_sha"),
    ("commit_sha", "sha"),
    ("repository", "repository"),
    ("repository", "repo"),
    ("repository", "github_repository"),
    ("check_in_slug", "check_in_slug"),
    ("check_in_slug", "monitor_slug"),
    ("error_mechanism", "error_mechanism"),
    ("error_mechanism", "mechanism"),
    ("handled", "handled"),
    ("in_foreground", "in_foreground"),
    # Documented for clients as top-level fields, though the reference copies them for spans only.
    ("service", "service"),
    ("value", "value"),
    ("unit", "unit"),
    ("platform", "platform"),
)
_STATUS_COPIES: Final = {
    "transaction": (("transaction_status", "transaction_status"), ("transaction_status", "status")),
    "check_in": (("check_in_status", "check_in_status"), ("check_in_status", "status")),
}
_SOURCES: Final = frozenset(source for _, source in _COPIES) | {
    "transaction_status", "check_in_status", "status", "tags", "evidence",
}  # fmt: skip

_EVIDENCE_FIELDS: Final = (
    "source", "kind", "capture_mode", "evidence_kind", "identity_scope", "occurred_at", "reporting_start",
    "reporting_end",
)  # fmt: skip
_EVIDENCE_OBJECTS: Final = {
    "reporting_period": ("start", "end"),
    "producer": ("sdk_name", "sdk_version", "decoder_version"),
}


def copy_fields(
    fields: dict[str, Any], context: dict[str, Any], *, event_type: str, default_environment: str | None
) -> None:
    """Fill blank members of `context` from the event's normalized top-level `fields`, in place."""
    if not _SOURCES.isdisjoint(fields):
        for target, source in (*_COPIES, *_STATUS_COPIES.get(event_type, ())):
            value = fields.get(source)
            if value is not None and is_scalar(value) and not is_blank(value) and is_blank(context.get(target)):
                context[target] = value
        _copy_tags(fields, context)
        _copy_evidence(fields, context)
    fill_environment(context, default_environment)


def fill_environment(context: dict[str, Any], default_environment: str | None) -> None:
    if default_environment and is_blank(context.get("environment")):
        context["environment"] = default_environment


def _copy_tags(fields: dict[str, Any], context: dict[str, Any]) -> None:
    tags = fields.get("tags")
    if isinstance(tags, (dict, list)) and tags and is_blank(context.get("tags")):
        add_aliases(tags, drop_sensitive=True)
        context["tags"] = tags


def _copy_evidence(fields: dict[str, Any], context: dict[str, Any]) -> None:
    """Only what the evidence schema names comes through, and only when the context has none of its own."""
    sent = fields.get("evidence")
    if not isinstance(sent, dict) or isinstance(context.get("evidence"), dict):
        return
    sent = normalized_fields(sent)
    evidence = _allowed(sent, _EVIDENCE_FIELDS)
    for name, members in _EVIDENCE_OBJECTS.items():
        nested = _allowed(normalized_fields(child(sent, name)), members)
        if nested:
            evidence[name] = nested
    if evidence:
        context["evidence"] = evidence


def _allowed(source: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: source[name] for name in names if is_scalar(source.get(name)) and not is_blank(source[name])}
