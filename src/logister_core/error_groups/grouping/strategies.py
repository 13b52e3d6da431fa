"""The strategies a project can choose, and the one function that intake calls for every error event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from logister_core.error_groups.grouping.message import message_key
from logister_core.error_groups.grouping.stack import stack_key
from logister_core.error_groups.headline import first_line

STRATEGIES = ("stack", "message", "message_exact")

# The key column sits in a unique B-tree index; PostgreSQL refuses entries above about 2.7 kB (spec 20 §4.2).
MAX_KEY_BYTES = 512


@dataclass(frozen=True, slots=True)
class GroupingDecision:
    """Which rule decided ("fingerprint" or one of `STRATEGIES`) and the key, at most 512 bytes of UTF-8."""

    strategy: str
    key: str


def decide(
    strategy: str,
    *,
    fingerprint: str | None,
    message: str,
    context: Mapping[str, Any],
    event_uuid: UUID,
) -> GroupingDecision:
    """The group key of an error event.

    `strategy` is the project's; the decision names the rule that really decided, which is "fingerprint" when the
    client sent one and "message" when "stack" found no usable frame. Raises ValueError for an unknown strategy.
    """
    if fingerprint is not None and fingerprint and not fingerprint.isspace():
        return GroupingDecision("fingerprint", bounded_key(fingerprint))
    if strategy == "stack":
        key = stack_key(context)
        if key is not None:
            return GroupingDecision("stack", key)
        return GroupingDecision("message", message_key(message, context, event_uuid))
    if strategy == "message":
        return GroupingDecision("message", message_key(message, context, event_uuid))
    if strategy == "message_exact":
        return GroupingDecision("message_exact", bounded_key(first_line(message) or str(event_uuid)))
    raise ValueError(f"unknown grouping strategy {strategy!r}; known: {', '.join(STRATEGIES)}")


def bounded_key(key: str) -> str:
    """The key itself, or `sha256:<hex>` when it is longer than 512 bytes of UTF-8."""
    if len(key) * 4 <= MAX_KEY_BYTES or (key.isascii() and len(key) <= MAX_KEY_BYTES):
        return key
    encoded = key.encode("utf-8", "surrogatepass")
    return key if len(encoded) <= MAX_KEY_BYTES else f"sha256:{sha256(encoded).hexdigest()}"
