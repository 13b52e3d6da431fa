"""Text from forms, made fit for storing."""

from __future__ import annotations

import re

# Control characters: PostgreSQL refuses NUL, and the others show as nothing or as something else.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_CONTROL_BUT_NEWLINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")


def one_line(text: str | None) -> str:
    """Trimmed, on one line."""
    return _CONTROL.sub(" ", text or "").strip()


def lines(text: str | None) -> str:
    """Trimmed; browsers end lines with CR LF, we keep LF."""
    return _CONTROL_BUT_NEWLINES.sub(" ", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
