"""What the program did before it failed, as the client noted it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from logister_core.error_groups.payload import text_of
from logister_core.events.offsets import offset_text
from logister_core.ingest.normalization.times import parse_time
from logister_core.web.formatting import first_line, middle_cut

# The latest ones say most; the others are folded.
SHOWN = 8
MOST = 100
MAX_MESSAGE = 300

_TIME_KEYS = ("timestamp", "time", "occurred_at", "at")
# Numbers beyond are no seconds of this age.
_MILLISECONDS = 1e11
_NEAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Breadcrumb:
    """`offset` is the time to the event, as "−1.2 s", or empty."""

    offset: str
    category: str
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Breadcrumbs:
    """Oldest first, as they happened: `earlier` are folded. `left_out` were too many for a page."""

    earlier: list[Breadcrumb]
    latest: list[Breadcrumb]
    left_out: int


def breadcrumbs_of(context: Mapping[str, Any], occurred_at: datetime) -> Breadcrumbs | None:
    """`context` has passed `safe_context`. None when there are none."""
    sent = context.get("breadcrumbs")
    if isinstance(sent, dict):
        sent = sent.get("values")
    if not isinstance(sent, list):
        return None
    crumbs = [crumb for entry in sent[-MOST:] if (crumb := _crumb(entry, occurred_at)) is not None]
    if not crumbs:
        return None
    return Breadcrumbs(crumbs[:-SHOWN], crumbs[-SHOWN:], max(len(sent) - MOST, 0))


def _crumb(entry: object, occurred_at: datetime) -> Breadcrumb | None:
    if isinstance(entry, str):
        return Breadcrumb("", "", "", middle_cut(first_line(entry), MAX_MESSAGE)) if entry.strip() else None
    if not isinstance(entry, dict):
        return None
    message = text_of(entry, "message", "name", "title") or _data(entry.get("data"))
    category = text_of(entry, "category", "type") or ""
    if not message and not category:
        return None
    offset = _offset(next((entry[key] for key in _TIME_KEYS if entry.get(key) not in (None, "")), None), occurred_at)
    level = (text_of(entry, "level") or "").lower()
    return Breadcrumb(offset, middle_cut(category, 60), middle_cut(level, 20), middle_cut(message, MAX_MESSAGE))


def _offset(sent: object, occurred_at: datetime) -> str:
    """Of a time as text or as seconds or milliseconds since 1970; empty for what cannot be near the event."""
    moment = parse_time(sent)
    if moment is None and isinstance(sent, int | float) and not isinstance(sent, bool):
        seconds = sent / 1000 if sent > _MILLISECONDS else sent
        moment = datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _MILLISECONDS else None
    if moment is None or abs(moment - occurred_at) > _NEAR:
        return ""
    return offset_text((moment - occurred_at).total_seconds())


def _data(value: object) -> str:
    """ "GET /cart 200" of an object without a message: its scalars, in order."""
    if not isinstance(value, dict):
        return ""
    return " ".join(str(part) for part in list(value.values())[:6] if isinstance(part, str | int | float))
