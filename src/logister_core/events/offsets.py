"""How far something was from an event."""

from __future__ import annotations


def offset_text(seconds: float) -> str:
    """ "−1 min 20 s", "−12.4 s", "0.0 s", "+0.2 s"."""
    size = round(abs(seconds), 1)
    sign = "" if not size else "−" if seconds < 0 else "+"
    if size < 60:
        return f"{sign}{size:.1f} s"
    minutes, rest = divmod(round(size), 60)
    if minutes >= 60:
        hours, minutes = divmod(minutes, 60)
        return f"{sign}{hours} h {minutes} min" if minutes else f"{sign}{hours} h"
    return f"{sign}{minutes} min {rest} s" if rest else f"{sign}{minutes} min"
