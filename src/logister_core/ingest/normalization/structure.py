"""How deep a JSON text is nested and how many values it holds, told from its punctuation before anything is built.

A megabyte of `[],[],…` would be 350,000 lists of 60 bytes, and each later step would walk them one by one. What is
inside of texts does not count, however long they are.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from logister_core.ingest.errors import InvalidJSON, PayloadTooLarge

MAX_NESTING: Final = 100

# There is room for so many values in a document, and beyond them for one in so many bytes. Telemetry has far fewer:
# the keys of an event are limited, so that only lists of short values can come close.
SPARE_VALUES: Final = 10_000
BYTES_PER_VALUE: Final = 16

# How far a document may be above one value in 16 bytes before texts are told from structure, which takes longer.
_NOT_WORTH_COUNTING: Final = 100

# Bytes whose texts are cut out at a time.
_STEP: Final = 65_536

_NOT_PUNCTUATION = bytes(set(range(256)) - set(b'"[]{},'))
_ALL_SQUARE = bytes.maketrans(b"{}", b"[]")
# As signed bytes an opening bracket counts +1 and a closing one -1.
_STEPS = bytes.maketrans(b"[]", b"\x01\xff")
# Levels that are taken away at a time; few documents have more.
_USUAL_NESTING: Final = 8


class Room:
    """For how many more values there is room: in one document, or in all lines of a batch together."""

    def __init__(self, spare: int = SPARE_VALUES) -> None:
        self._left = spare

    def take(self, body: bytes) -> None:
        """Count the values in the JSON text `body`. Raises `PayloadTooLarge`, or `InvalidJSON` for deep nesting.

        A value is counted by the comma before it or the bracket that it is the first in.
        """
        own = len(body) // BYTES_PER_VALUE
        opening = body.count(b"[") + body.count(b"{")
        values = opening + body.count(b",")
        if opening > MAX_NESTING or values > own + _NOT_WORTH_COUNTING:
            structure = _without_texts(body)
            values = len(structure) - structure.count(b"]")
            if values > self._left + own:
                # Most documents of so many values that people send by mistake are nested without end.
                _check_nesting(structure[:_STEP])
                raise PayloadTooLarge("value_count", self._left + own, values)
            _check_nesting(structure)
        self._left += own - values


def _without_texts(body: bytes) -> bytes:
    """Brackets and commas of `body`, except those between quotation marks; all brackets are square."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Most texts are nothing but their two marks now; without them each other mark still opens or closes the same.
    marks = body.translate(_ALL_SQUARE, _NOT_PUNCTUATION).replace(b'""', b"")
    kept = []
    inside = 0
    for start in range(0, len(marks), _STEP):
        pieces = marks[start : start + _STEP].split(b'"')
        kept.append(b"".join(pieces[inside::2]))
        inside = (inside + len(pieces) - 1) % 2
    return b"".join(kept)


def _check_nesting(structure: bytes) -> None:
    """Deep documents are refused before any of our code walks them recursively."""
    brackets = structure.translate(None, b",")
    for _ in range(_USUAL_NESTING):
        # What holds nothing goes; then what held only that.
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    steps = memoryview(brackets.translate(_STEPS)).cast("b")
    if max(accumulate(steps)) > MAX_NESTING - _USUAL_NESTING:
        raise InvalidJSON(f"nesting of {MAX_NESTING} is too deep")
