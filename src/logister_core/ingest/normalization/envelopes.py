"""Which part of the document is the submission (§5.1, §8.1 to §8.3). All raise `MissingEnvelope`."""

from __future__ import annotations

from typing import Any, Final

from logister_core.ingest.errors import MissingEnvelope
from logister_core.ingest.normalization.keys import normalize_key, normalized_fields, normalized_tree
from logister_core.ingest.normalization.limits import check_limits

CHECK_IN_FIELDS: Final = frozenset(
    {
        "slug", "status", "occurred_at", "environment", "release", "expected_interval_seconds", "duration_ms",
        "trace_id", "request_id", "uuid", "event_id",
    }
)  # fmt: skip
DEPLOYMENT_FIELDS: Final = frozenset(
    {
        "release", "environment", "repository", "repo", "github_repository", "commit_sha", "sha", "branch",
        "deployed_at",
    }
)  # fmt: skip


def event_envelope(document: object) -> dict[str, Any]:
    """The object under `event`, else `EVENT`, as sent. Missing, null, empty or no object is refused."""
    return _named(document, "event")


def check_in_envelope(document: object) -> dict[str, Any]:
    """The check-in's fields under their normalized names; they may also lie at the root of the document."""
    return normalized_fields(_envelope(document, "check_in", CHECK_IN_FIELDS))


def deployment_envelope(document: object) -> dict[str, Any]:
    """The deployment's fields, keys normalized at every level; they may also lie at the root."""
    fields: dict[str, Any] = normalized_tree(_envelope(document, "deployment", DEPLOYMENT_FIELDS))
    return fields


def mobile_token_envelope(document: object) -> dict[str, Any]:
    """The fields of the wanted mobile token under their normalized names."""
    fields = _named(document, "mobile_ingest_token")
    check_limits(fields)
    return normalized_fields(fields)


def _named(document: object, name: str) -> dict[str, Any]:
    if isinstance(document, dict):
        found = document.get(name)
        if found is None:
            found = document.get(name.upper())
        if isinstance(found, dict) and found:
            return found
    raise MissingEnvelope(name)


def _envelope(document: object, name: str, known: frozenset[str]) -> dict[str, Any]:
    """The limits of events hold here as well, and are checked before all keys are looked through."""
    if isinstance(document, dict):
        for candidate in (document.get(name), document.get(name.upper()), document):
            if isinstance(candidate, dict) and candidate:
                check_limits(candidate)
                if any(normalize_key(key) in known for key in candidate):
                    return candidate
    raise MissingEnvelope(name)
