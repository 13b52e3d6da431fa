"""Shrinking a JSON value to a byte budget, keeping what comes first (ingest chapter §12, read API §12.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

MAX_STRING_BYTES: Final = 16_384
MAX_ARRAY_ITEMS: Final = 100
SMALLEST_BUDGET: Final = 2
_ELLIPSIS: Final = "…"
_ELLIPSIS_BYTES: Final = len(_ELLIPSIS.encode("utf-8"))


@dataclass(frozen=True, slots=True)
class BoundedJSON:
    value: Any
    truncated: bool
    """Something was cut, skipped or replaced."""
    size: int
    """Bytes of `value` as compact JSON in UTF-8, as orjson writes it; never above the budget."""


def bound_json(
    value: Any, budget: int, *, max_string: int = MAX_STRING_BYTES, max_items: int = MAX_ARRAY_ITEMS
) -> BoundedJSON:
    """The beginning of `value` that fits into `budget` bytes of compact JSON (at least 2 are taken as given).

    Depth first and in order, each entry gets what is left: a long string is cut on a character boundary and
    ends in `…`, an object skips members that do not fit, an array ends at the first that does not. What cannot
    be shortened at all, such as a long number alone, becomes `{}`. Strings are also cut at `max_string` bytes
    and arrays at `max_items`. Floats that JSON lacks become null, integers beyond 64 bits floats.
    """
    bounder = _Bounder(max_string, max_items)
    fitted = bounder.fit(value, max(budget, SMALLEST_BUDGET))
    if fitted is None:
        return BoundedJSON({}, True, 2)
    return BoundedJSON(fitted[0], bounder.truncated, fitted[1])


_Fitted = tuple[Any, int]


class _Bounder:
    def __init__(self, max_string: int, max_items: int) -> None:
        self.max_string = max_string
        self.max_items = max_items
        self.truncated = False

    def fit(self, value: Any, budget: int) -> _Fitted | None:
        """The fitting part of `value` and its bytes, or None when nothing of it fits."""
        if isinstance(value, str):
            return self._string(value, budget)
        if isinstance(value, dict):
            return self._object(value, budget) if budget >= 2 else None
        if isinstance(value, (list, tuple)):
            return self._array(value, budget) if budget >= 2 else None
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            value = float(value) if value.bit_length() < 1024 else None
        encoded = orjson.dumps(value)
        if encoded == b"null":
            value = None
        return (value, len(encoded)) if len(encoded) <= budget else None

    def _object(self, value: dict[Any, Any], budget: int) -> _Fitted:
        result: dict[str, Any] = {}
        used = 2
        for key, item in value.items():
            name = str(key)
            overhead = _encoded_length(name) + (2 if result else 1)
            fitted = self.fit(item, budget - used - overhead) if budget - used > overhead else None
            if fitted is None:
                self.truncated = True
                continue
            result[name] = fitted[0]
            used += overhead + fitted[1]
        return result, used

    def _array(self, value: list[Any] | tuple[Any, ...], budget: int) -> _Fitted:
        result: list[Any] = []
        used = 2
        for item in value:
            overhead = 1 if result else 0
            fitted = self.fit(item, budget - used - overhead) if len(result) < self.max_items else None
            if fitted is None:
                self.truncated = True
                break
            result.append(fitted[0])
            used += overhead + fitted[1]
        return result, used

    def _string(self, value: str, budget: int) -> _Fitted | None:
        if len(value) <= self.max_string:
            raw = value.encode("utf-8")
            if len(raw) <= self.max_string:
                size = _encoded_length(value)
                if size <= budget:
                    return value, size
        if budget < _ELLIPSIS_BYTES + 2:
            return None
        self.truncated = True
        # Of one character at least one byte is written, so no more can be needed than fit into the budget.
        cut = min(self.max_string - _ELLIPSIS_BYTES, budget - 2 - _ELLIPSIS_BYTES)
        shortest, longest = 0, max(cut, 0)
        raw = value[:longest].encode("utf-8")[:longest]
        # JSON escapes make the written length uneven; it still only grows with the text.
        while shortest < longest:
            middle = (shortest + longest + 1) // 2
            if _encoded_length(_decoded(raw[:middle]) + _ELLIPSIS) <= budget:
                shortest = middle
            else:
                longest = middle - 1
        shortened = _decoded(raw[:shortest]) + _ELLIPSIS
        return shortened, _encoded_length(shortened)


def _encoded_length(text: str) -> int:
    return len(orjson.dumps(text))


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "ignore")
