"""Size and shape limits of one event, evaluated on what the client sent, before aliases are added (§4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from logister_core.ingest.errors import PayloadTooLarge


@dataclass(frozen=True, slots=True)
class PayloadLimits:
    message_bytes: int = 65_536
    event_bytes: int = 1_048_576
    context_depth: int = 16
    context_keys: int = 512
    array_length: int = 1_000
    string_bytes: int = 262_144


DEFAULT: Final = PayloadLimits()

# The estimate adds 4 bytes to each key and scalar, and counts numbers as they are written back: `1e15,` in an array
# is 5 bytes of JSON and 22 of estimate. No value exceeds 4.4 times its text, so an eighth is safe unmeasured.
_ESTIMATE_FACTOR = 8

# What lists are mostly of, when they are long.
_STRINGS: Final = {str}
_NUMBERS: Final = {int, float, bool, type(None)}


def check_limits(event: dict[str, Any], limits: PayloadLimits = DEFAULT, *, size: int | None = None) -> None:
    """Raise `PayloadTooLarge` for the first limit that `event` exceeds.

    The order is fixed: the message, then depth first, at each value its depth, key count or array length,
    key bytes, then the children. `size` is the number of bytes the event was decoded from (or an upper bound);
    with it, small events are not measured string by string.
    """
    if size is not None and needs_no_measure(size, limits) and shape_fits(event, limits):
        return
    message = event.get("message")
    if isinstance(message, str):
        length = _byte_length(message)
        if length > limits.message_bytes:
            raise PayloadTooLarge("message_bytes", limits.message_bytes, length)
    _Measure(limits).visit(event, 0)


def needs_no_measure(size: int, limits: PayloadLimits) -> bool:
    """Whether nothing that is decoded from `size` bytes can be too long, only of the wrong shape."""
    return size <= min(limits.message_bytes, limits.string_bytes, limits.event_bytes // _ESTIMATE_FACTOR)


def shape_fits(event: dict[str, Any], limits: PayloadLimits) -> bool:
    """Whether depth, keys and array lengths are within `limits`; level by level, because that is fastest.

    Which limit is broken first only matters when one is, and then the exact walk tells.
    """
    keys = 0
    longest = limits.array_length
    level: list[Any] = [event]
    for _ in range(limits.context_depth):
        values: list[Any] = []
        for container in level:
            if type(container) is dict:
                keys += len(container)
                values += container.values()
            else:
                if len(container) > longest:
                    return False
                values += container
        if keys > limits.context_keys:
            return False
        level = [value for value in values if type(value) is dict or type(value) is list]
        if not level:
            return True
    # These containers lie at the deepest level: anything in them would be too deep.
    return not any(level)


class _Measure:
    """Everything, including the length of each string and the estimate of the whole."""

    def __init__(self, limits: PayloadLimits) -> None:
        self.limits = limits
        self.keys = 0
        self.bytes = 0

    def visit(self, value: Any, depth: int) -> None:
        limits = self.limits
        if depth > limits.context_depth:
            raise PayloadTooLarge("context_depth", limits.context_depth, depth)
        kind = type(value)
        if kind is dict:
            self.keys += len(value)
            if self.keys > limits.context_keys:
                raise PayloadTooLarge("context_keys", limits.context_keys, self.keys)
            for key, item in value.items():
                self._scalar(key)
                self.visit(item, depth + 1)
        elif kind is list:
            if len(value) > limits.array_length:
                raise PayloadTooLarge("array_length", limits.array_length, len(value))
            if depth == limits.context_depth or not self._alike(value):
                for item in value:
                    self.visit(item, depth + 1)
        else:
            self._scalar(value)

    def _alike(self, values: list[Any]) -> bool:
        """Add strings, or numbers, all at once; False for others, and when a limit may be exceeded."""
        kinds = set(map(type, values))
        if kinds == _STRINGS:
            length = len("".join(values).encode("utf-8"))
            if length > self.limits.string_bytes:
                return False
        elif kinds and kinds <= _NUMBERS:
            # Without the brackets and commas.
            length = len(orjson.dumps(values)) - len(values) - 1
        else:
            return False
        length += 4 * len(values)
        if self.bytes + length > self.limits.event_bytes:
            return False
        self.bytes += length
        return True

    def _scalar(self, value: Any) -> None:
        limits = self.limits
        if type(value) is str:
            length = _byte_length(value)
            if length > limits.string_bytes:
                raise PayloadTooLarge("string_bytes", limits.string_bytes, length)
        else:
            # Its text in JSON; Python's own would take ten times longer for a float.
            length = len(orjson.dumps(value))
        self.bytes += length + 4
        if self.bytes > limits.event_bytes:
            raise PayloadTooLarge("event_bytes", limits.event_bytes, self.bytes)


def _byte_length(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8"))
