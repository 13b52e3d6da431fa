"""Identifiers that the server makes."""

from __future__ import annotations

import os
import time
from uuid import UUID

_VARIANT_AND_VERSION = (0x7 << 76) | (0x2 << 62)
_RANDOM_MASK = ~((0xF << 76) | (0x3 << 62)) & ((1 << 80) - 1)


def uuid7(milliseconds: int | None = None) -> UUID:
    """A version 7 UUID (RFC 9562 §5.7): milliseconds since 1970, then 74 random bits.

    Time-ordered ids keep the b-tree pages that new rows touch together.
    """
    if milliseconds is None:
        milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM_MASK
    return UUID(int=(milliseconds << 80) | _VARIANT_AND_VERSION | random)
