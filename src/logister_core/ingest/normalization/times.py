"""Client timestamps: ISO-8601 and its relatives in, aware UTC out (§5.5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST = 64
_ISO = "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ"
# What Ruby, CFML and hand-written clients put behind an otherwise ISO-like time.
_WRAPPED = re.compile(r"\{ts '(.*)'\}", re.IGNORECASE)
_NAMED_UTC = re.compile(r"\s*(?:utc|gmt|z)$", re.IGNORECASE)
_MONTH_NAME = re.compile(r"\d{1,2}\s+[A-Za-z]{3}[a-z]*\s+\d{4}")


def parse_time(value: object) -> datetime | None:
    """Aware UTC with microseconds; None for anything that is no readable text, numbers included.

    Without zone the time is UTC, a date alone is its midnight. Far past and future are kept as sent.
    """
    if not isinstance(value, str):
        return None
    try:
        # The usual case: what SDKs send needs no preparation.
        return _utc(datetime.fromisoformat(value))
    except ValueError:
        return _parse_unusual(value)


def _parse_unusual(value: str) -> datetime | None:
    text = value.strip()
    if not text or len(text) > _LONGEST:
        return None
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        text = wrapped.group(1)
    try:
        return _utc(datetime.fromisoformat(_NAMED_UTC.sub("+00:00", text)))
    except ValueError:
        pass
    if not _MONTH_NAME.search(text):
        return None
    try:
        return _utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        # The e-mail date parser answers nonsense in several ways; all mean "absent".
        return None


def _utc(moment: datetime) -> datetime | None:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # Year 1 or 9999 moved over the edge by its offset.
        return None


def iso_text(moment: datetime) -> str:
    """`2026-08-08T10:30:00.000000Z`; `moment` is aware UTC."""
    # A third of the time of isoformat(), which asks the time zone for its offset first.
    return _ISO % (
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond
    )  # fmt: skip
