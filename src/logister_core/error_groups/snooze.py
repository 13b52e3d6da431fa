"""Setting an error aside until a time, a number of further events, or a rate (spec 20 §7, extended): pure rules.

A snoozed group is an ignored one with a condition; the next occurrence alone does not reopen it. The condition is
stored as JSON: `{"until": time}`, `{"events": n}` or `{"events": n, "minutes": m}`. What was counted towards it is
stored beside it: `{"seen": n}`, or `{"recent": [[minute, n], …]}` with minutes since 1970, ascending.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from logister_core.errors import Refused
from logister_core.web.formatting import time_text

PRESETS: Mapping[str, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
LONGEST = timedelta(days=366)
MOST_EVENTS = 1_000_000
# A rate is counted by the minute.
MOST_MINUTES = 1_440

Condition = dict[str, Any]
Progress = dict[str, Any]


def condition_of(fields: Mapping[str, str], now: datetime) -> Condition:
    """The condition that a form asks for: `snooze` names it, the other fields its numbers. Raises `Refused`."""
    wanted = fields.get("snooze", "")
    if wanted in PRESETS:
        return {"until": (now + PRESETS[wanted]).isoformat()}
    if wanted == "until":
        return {"until": _moment(fields.get("snooze_until", ""), now).isoformat()}
    if wanted == "events":
        return {"events": _number(fields, "snooze_events", 1, MOST_EVENTS)}
    if wanted == "rate":
        return {
            "events": _number(fields, "snooze_rate_events", 1, MOST_EVENTS),
            "minutes": _number(fields, "snooze_rate_minutes", 1, MOST_MINUTES),
        }
    raise Refused({"snooze": "choose until when to snooze."})


def ends_at(condition: Condition) -> datetime | None:
    """When the condition holds by itself, None when only events end it."""
    return datetime.fromisoformat(condition["until"]) if "until" in condition else None


def counted(condition: Condition, progress: Progress, at: datetime, now: datetime) -> tuple[Progress, bool]:
    """One more occurrence, of the moment `at`, received at `now`: what is counted then, and whether that is enough."""
    end = ends_at(condition)
    if end is not None:
        return progress, now >= end
    if "minutes" not in condition:
        seen = progress.get("seen", 0) + 1
        return {"seen": seen}, seen >= condition["events"]
    minute = int(at.timestamp() // 60)
    minutes: dict[int, int] = dict(progress.get("recent", ()))
    minutes[minute] = minutes.get(minute, 0) + 1
    # The window ends at the newest event; one that arrives late may still fill it.
    newest = max(minutes)
    recent = sorted((at, n) for at, n in minutes.items() if at > newest - condition["minutes"])
    return {"recent": [list(pair) for pair in recent]}, sum(n for _, n in recent) >= condition["events"]


def words(condition: Condition) -> str:
    """As in "until 24 Nov 2026, 12:00 UTC", "until 10 more events", "until 10 events within 60 minutes"."""
    end = ends_at(condition)
    if end is not None:
        return f"until {time_text(end)}"
    events = _events(condition["events"])
    if "minutes" in condition:
        return f"until {events} within {_minutes(condition['minutes'])}"
    return f"until {events.replace(' ', ' more ', 1)}"


def why_woken(condition: Condition) -> str:
    """As in "its time had come", "10 more events came", "10 events came within 60 minutes"."""
    if "until" in condition:
        return "its time had come"
    events = _events(condition["events"])
    if "minutes" in condition:
        return f"{events} came within {_minutes(condition['minutes'])}"
    return f"{events.replace(' ', ' more ', 1)} came"


def _events(number: int) -> str:
    return f"{number:,} {'event' if number == 1 else 'events'}"


def _minutes(number: int) -> str:
    return "a minute" if number == 1 else f"{number:,} minutes"


def _number(fields: Mapping[str, str], name: str, least: int, most: int) -> int:
    stated = fields.get(name, "").strip()
    # Not `isdigit`, which knows digits that `int` does not.
    number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 9 else 0
    if not least <= number <= most:
        raise Refused({name: f"a number from {least:,} to {most:,} is needed."})
    return number


def _moment(stated: str, now: datetime) -> datetime:
    """What a date and time field of a browser says, read as UTC."""
    try:
        moment = datetime.fromisoformat(stated.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused({"snooze_until": "a date and time is needed."}) from None
    if not now < moment <= now + LONGEST:
        raise Refused({"snooze_until": "the time must lie ahead, at most a year."})
    return moment
