"""Identifiers that clients choose so that a repeat is recognized (§5.8, §7)."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization.keys import normalize_key
from logister_core.ingest.normalization.values import is_blank, scalar_text

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_NAMES: Final = frozenset({"uuid", "event_id"})
_WRITTEN: Final = _NAMES | {"eventid"}


def parse_uuid(value: object) -> UUID | None:
    """8-4-4-4-12 hex with hyphens, any version, any case, surrounding space ignored; else None."""
    text = scalar_text(value)
    if text is None:
        return None
    text = text.strip().lower()
    return UUID(text) if _UUID.fullmatch(text) else None


def client_uuid(fields: dict[str, Any], *, reason: str = "invalid_event") -> UUID | None:
    """`uuid` if not blank, else `event_id`, of fields with normalized keys. Malformed raises `Invalid` alone."""
    value = fields.get("uuid")
    if is_blank(value):
        value = fields.get("event_id")
        if is_blank(value):
            return None
    parsed = parse_uuid(value)
    if parsed is None:
        raise Invalid(["Uuid is invalid"], reason=reason)
    return parsed


def batch_identity_problem(event: dict[str, Any]) -> str | None:
    """Why a batch may not carry this raw event: missing_, invalid_ or conflicting_identity; None when fine.

    Stricter than `client_uuid`, because a batch without identifiers could not be repeated safely.
    """
    given = {}
    for key, value in event.items():
        # At a glance first: the event may have any number of keys, its limits are looked at later.
        if key.lower().replace("-", "_") in _WRITTEN and (name := normalize_key(key)) in _NAMES:
            given[name] = value
    present = [value for value in given.values() if not is_blank(value)]
    if not present:
        return "missing_identity"
    parsed = [parse_uuid(value) for value in present]
    if None in parsed:
        return "invalid_identity"
    return "conflicting_identity" if len(set(parsed)) > 1 else None
