"""What decided about a group, in words a person can check ("grouped by")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from logister_core.error_groups.grouping.message import normalised_line
from logister_core.error_groups.grouping.stack import exception_types, outline
from logister_core.error_groups.grouping.strategies import decide
from logister_core.error_groups.headline import first_line

_MAX_TEXT = 500


def facts(
    strategy: str,
    *,
    fingerprint: str | None,
    message: str,
    context: Mapping[str, Any],
    event_uuid: UUID,
) -> dict[str, Any]:
    """The facts behind `decide` with the same arguments, small enough to be stored with the group.

    Always `strategy`, the rule that decided, and `fallback_from` when that is not the one the project chose.
    "fingerprint" has `fingerprint`; "stack" has `types` (outermost first), `frames` ("shop/orders.py in process", of
    all exceptions, sorted) and `in_app` (false when the event had library frames only); "message" has `types` (one at
    most) and `message` with its placeholders; "message_exact" has `message`, or `event` when the first line is
    empty. Texts are cut to 500 characters. Raises ValueError for an unknown strategy.
    """
    decided = decide(
        strategy, fingerprint=fingerprint, message=message, context=context, event_uuid=event_uuid
    ).strategy
    known: dict[str, Any] = {"strategy": decided}
    if decided == "fingerprint":
        known["fingerprint"] = (fingerprint or "")[:_MAX_TEXT]
    elif decided == "message_exact":
        line = first_line(message)[:_MAX_TEXT]
        known.update({"message": line} if line else {"event": str(event_uuid)})
    elif decided == "message":
        known["types"] = [name[:_MAX_TEXT] for name in exception_types(context)[:1]]
        known["message"] = normalised_line(message)[:_MAX_TEXT]
    else:
        known.update(_stack_facts(context))
    if decided not in (strategy, "fingerprint"):
        known["fallback_from"] = strategy
    return known


def _stack_facts(context: Mapping[str, Any]) -> dict[str, Any]:
    found = outline(context)
    if found is None:
        return {}
    frames = sorted({frame[:_MAX_TEXT] for level in found.frames for frame in level})
    return {"types": [name[:_MAX_TEXT] for name in found.types], "frames": frames, "in_app": found.in_app}
