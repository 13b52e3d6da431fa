"""Text from forms and addresses, made fit for use."""

from __future__ import annotations

import re
from uuid import UUID

# Control characters: PostgreSQL refuses NUL, and the others show as nothing or as something else.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_CONTROL_BUT_NEWLINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def one_line(text: str | None) -> str:
    """Trimmed, on one line."""
    return _CONTROL.sub(" ", text or "").strip()


def lines(text: str | None) -> str:
    """Trimmed; browsers end lines with CR LF, we keep LF."""
    return _CONTROL_BUT_NEWLINES.sub(" ", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def canonical_uuid(text: str) -> UUID | None:
    """The UUID in its usual form; None for anything else, also for forms that only `UUID` understands."""
    return UUID(text) if _UUID.fullmatch(text) else None
