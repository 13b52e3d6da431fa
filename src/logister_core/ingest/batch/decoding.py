"""From lines to event objects, checked as far as one look at each line allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from logister_core.ingest.batch.errors import BatchError
from logister_core.ingest.errors import InvalidJSON
from logister_core.ingest.normalization import SPARE_VALUES, Room, batch_identity_problem, decode_json, enforce_limits

# What an installation that allows more events has in room for values, for each event it allows.
VALUES_PER_EVENT: Final = 100

IDENTITY_PROBLEMS: Final = {
    "missing_identity": "requires a nonblank uuid or event_id",
    "invalid_identity": "uuid/event_id must be a valid UUID",
    "conflicting_identity": "uuid and event_id must identify the same envelope",
}


def decode_batch(lines: Iterable[tuple[int, bytes]], max_events: int) -> list[dict[str, Any]]:
    """The object under `event` of each line, in order. Raises `BatchError` or `PayloadTooLarge`."""
    events: list[dict[str, Any]] = []
    room = Room(spare=max(SPARE_VALUES, VALUES_PER_EVENT * max_events))
    for number, line in lines:
        if len(events) == max_events:
            raise BatchError("event_count", f"telemetry batch exceeds {max_events} events", limit=max_events)
        events.append(_event(number, line, room))
    if not events:
        raise BatchError("empty_batch", "telemetry batch must contain at least one event")
    return events


def _event(number: int, line: bytes, room: Room) -> dict[str, Any]:
    try:
        envelope = decode_json(line, room)
    except InvalidJSON as error:
        raise BatchError.in_line(number, "invalid_json", f"is invalid JSON: {error.detail}") from None
    if not isinstance(envelope, dict):
        raise BatchError.in_line(number, "invalid_envelope", "must contain an envelope object")
    event = envelope.get("event")
    if not isinstance(event, dict):
        raise BatchError.in_line(number, "missing_event", "must contain an event object")
    problem = batch_identity_problem(event)
    if problem is not None:
        raise BatchError.in_line(number, problem, IDENTITY_PROBLEMS[problem])
    enforce_limits(event, size=len(line))
    return event
