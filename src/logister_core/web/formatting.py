"""How numbers, times and long texts are written on every page; templates reach it as `fmt`.

Functions ending in `_text` (and `plural`, `middle_cut`) return plain strings, safe anywhere because the
template escapes them, attributes included. The others return finished markup, which a template inserts as
it is: use those between tags only. Unknown values are written as a dash (specification, chapter 60 §2.4).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from markupsafe import Markup

from logister_core.web.sparkline import sparkline  # noqa: F401  (templates call fmt.sparkline)

UNKNOWN = "—"
UNKNOWN_MARKUP = Markup("—")
MINUTE, HOUR, DAY = 60, 3600, 86400
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class AtLeast(int):
    """A number that was counted no further: written as 10k+."""


def count_text(number: int | None) -> str:
    """Short form with at most three digits: 214, 1.2k, 38k, 1.2M."""
    if number is None:
        return UNKNOWN
    if isinstance(number, AtLeast):
        return f"{count_text(int(number))}+"
    size, sign = abs(number), "-" if number < 0 else ""
    if size < 1000:
        return f"{number}"
    for limit, divisor, suffix in ((10**6, 10**3, "k"), (10**9, 10**6, "M"), (10**12, 10**9, "G")):
        if size < limit:
            return f"{sign}{_short(size, divisor)}{suffix}"
    return f"{sign}{_short(size, 10**12)}T"


def _short(size: int, divisor: int) -> str:
    # Cut, not rounded: 999,999 stays "999k" and never reads as a thousand thousands.
    tenths = size * 10 // divisor
    return f"{tenths / 10:.1f}".removesuffix(".0") if tenths < 100 else f"{tenths // 10}"


def exact(number: int | None) -> str:
    """All digits with thousands separators: 1,214."""
    if number is None:
        return UNKNOWN
    return f"{number:,} or more" if isinstance(number, AtLeast) else f"{number:,}"


# `AtLeast` equals the number it is.
@lru_cache(maxsize=4096, typed=True)
def count(number: int | None) -> Markup:
    """The short form; the exact number on hover and for screen readers when they differ."""
    if number is None or (abs(number) < 1000 and not isinstance(number, AtLeast)):
        return Markup('<span class="count">{}</span>').format(count_text(number))
    return Markup(
        '<span class="count" title="{exact}"><span aria-hidden="true">{short}</span>'
        '<span class="sr-only">{exact}</span></span>'
    ).format(exact=exact(number), short=count_text(number))


def plural(number: int, one: str, many: str | None = None) -> str:
    """As in "1 event" and "1,214 events"; `many` for words that do more than take an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration_text(milliseconds: float | None) -> str:
    """0.42 ms, 12.4 ms, 340 ms, 1.24 s, 2 min 5 s, 3 h 20 min."""
    if milliseconds is None:
        return UNKNOWN
    value, unit = _duration_parts(milliseconds)
    return f"{value} {unit}".rstrip()


def duration(milliseconds: float | None) -> Markup:
    """As `duration_text`, the unit set back."""
    if milliseconds is None:
        return UNKNOWN_MARKUP
    value, unit = _duration_parts(milliseconds)
    if not unit:
        return Markup("{}").format(value)
    return Markup('{} <span class="unit">{}</span>').format(value, unit)


def _duration_parts(milliseconds: float) -> tuple[str, str]:
    if abs(milliseconds) < 10:
        return f"{milliseconds:.2f}", "ms"
    if abs(milliseconds) < 100:
        return f"{milliseconds:.1f}", "ms"
    if abs(milliseconds) < 999.5:
        return f"{milliseconds:.0f}", "ms"
    seconds = milliseconds / 1000
    if abs(seconds) < 59.995:
        return f"{seconds:.2f}", "s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min", ""
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h", ""


def percent(ratio: float | None) -> str:
    """`ratio` is 0 to 1, written with one decimal: 12.5%."""
    return UNKNOWN if ratio is None else f"{ratio * 100:.1f}%"


def bytes(size: int | None) -> str:
    """Binary units, one decimal from KiB on: 512 B, 1.5 MiB."""
    if size is None:
        return UNKNOWN
    if abs(size) < 1024:
        return f"{size} B"
    value = float(size)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        value /= 1024
        if abs(value) < 1023.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} PiB"


def time_text(moment: datetime | None, format: str = "short") -> str:
    """Absolute UTC; `format` is short (to the minute), long (to the second), date, or clock (for logs)."""
    if moment is None:
        return UNKNOWN
    moment = moment.astimezone(UTC)
    # By hand: in the words of this page whatever the locale, and pages have hundreds of times.
    day, clock = f"{moment.day} {MONTHS[moment.month]}", f"{moment.hour:02}:{moment.minute:02}"
    if format == "short":
        return f"{day} {moment.year}, {clock} UTC"
    if format == "long":
        return f"{day} {moment.year}, {clock}:{moment.second:02} UTC"
    if format == "date":
        return f"{day} {moment.year}"
    return f"{day}, {clock}:{moment.second:02}"


def machine_time(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z, as `<time datetime>` and the scripts expect."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def time(moment: datetime | None, format: str = "short") -> Markup:
    """A `<time>` that reads as UTC without scripts; times.js rewrites it to the reader's zone."""
    if moment is None:
        return UNKNOWN_MARKUP
    return _time_tag(moment, f'data-format="{format}"', time_text(moment, format))


def _time_tag(moment: datetime, attributes: str, words: str) -> Markup:
    # Of our own letters and digits alone, so nothing is escaped.
    return Markup(f'<time datetime="{machine_time(moment)}" {attributes}>{words}</time>')  # noqa: S704


def ago_text(then: datetime | None, now: datetime, *, short: bool = False) -> str:
    """As in "2 minutes ago", with `short` just "2 min" for narrow columns; "never" when there was none.

    Moments ahead of `now` read as "just now": clocks of clients and server differ by seconds.
    """
    if then is None:
        return "never"
    seconds = (now - then).total_seconds()
    if seconds < MINUTE:
        return "now" if short else "just now"
    for limit, size, brief, word in (
        (HOUR, MINUTE, "min", "minute"),
        (DAY, HOUR, "h", "hour"),
        (60 * DAY, DAY, "d", "day"),
        (730 * DAY, 30 * DAY, "mo", "month"),
    ):
        if seconds < limit:
            number = int(seconds // size)
            return f"{number} {brief}" if short else f"{plural(number, word)} ago"
    years = int(seconds // (365 * DAY))
    return f"{years} y" if short else f"{plural(years, 'year')} ago"


def ago(then: datetime | None, now: datetime, *, short: bool = False) -> Markup:
    """As `ago_text`, with the absolute time on hover."""
    if then is None:
        return Markup("{}").format(ago_text(then, now))
    return _time_tag(then, f'data-format="ago" title="{time_text(then, "long")}"', ago_text(then, now, short=short))


def until_text(then: datetime, now: datetime) -> str:
    """As in "in 2 hours"; "2 hours late" once it is past."""
    late = now > then
    seconds = abs((now - then).total_seconds())
    if seconds < MINUTE:
        return "due now"
    for limit, size, word in ((HOUR, MINUTE, "minute"), (2 * DAY, HOUR, "hour"), (float("inf"), DAY, "day")):
        if seconds < limit:
            number = plural(int(seconds // size), word)
            break
    return f"{number} late" if late else f"in {number}"


def until(then: datetime, now: datetime) -> Markup:
    """As `until_text`, with the absolute time on hover."""
    return _time_tag(then, f'data-format="ago" title="{time_text(then, "long")}"', until_text(then, now))


def middle_cut(text: str | None, limit: int = 80) -> str:
    """At most `limit` characters, the middle left out: ends of messages and paths tell them apart."""
    text = text or ""
    if len(text) <= limit:
        return text
    head = (limit - 1) - (limit - 1) // 3
    tail = (limit - 1) - head
    return f"{text[:head].rstrip()}…{text[len(text) - tail :].lstrip()}" if tail else f"{text[:head].rstrip()}…"


def cut(text: str | None, limit: int = 80) -> Markup:
    """`middle_cut` with the whole text on hover when something was left out."""
    text = text or ""
    if len(text) <= limit:
        return Markup("{}").format(text)
    return Markup('<span title="{}">{}</span>').format(text, middle_cut(text, limit))


def first_line(text: str | None) -> str:
    """The first line that says something, without surrounding space; empty when there is none."""
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")
