"""An event as Markdown, for a ticket or for a program that is to repair the fault.

What clients sent is written as code, so that it cannot become markup, links or pictures where it is pasted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from logister_core.bounded_json import bound_json
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.request_details import request_details
from logister_core.events.breadcrumbs import Breadcrumb
from logister_core.events.frame_views import FrameView
from logister_core.events.stack_panel import ExceptionSection, StackPanel
from logister_core.events.values import without_aliases
from logister_core.ingest.models import IngestEvent
from logister_core.ingest.normalization import normalize_key
from logister_core.web.formatting import first_line, middle_cut, plural, time_text

MAX_TEXT = 120_000
# Frames with source lines; the others are one line each.
FRAMES_WHOLE = 12
MAX_VARIABLES = 4_000
MAX_VALUE = 600
MAX_CONTEXT = 6_000

_LANGUAGES = {
    "python": "python",
    "ruby": "ruby",
    "javascript": "javascript",
    "cloudflare_pages": "javascript",
    "dotnet": "csharp",
}
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!])")
# Written in sections of their own, or already in the head.
_WRITTEN = frozenset(
    {
        "exception", "telemetry_evidence", "environment", "release", "request", "headers", "params", "breadcrumbs",
        "message", "level", "event_type", "frames", "backtrace", "stacktrace", "stack_trace", "stack", "tag_context",
        "transaction_name", "url", "path", "method", "http_method", "query_string",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarkdownStory:
    """What the pages know of an event, gathered for one text; `lines` are pairs (label, words) about the group."""

    title: str
    where: str
    lines: list[tuple[str, str]]
    address: str
    kind: str


def markdown(story: MarkdownStory, stack: StackPanel, event: IngestEvent, safe: Mapping[str, Any]) -> str:
    """`safe` has passed `safe_context`. At most 120,000 characters."""
    parts = [f"# {code(story.title)}", code(story.where) if story.where else ""]
    parts.append("\n".join(f"- {label}: {words}" for label, words in story.lines))
    parts.append(f"Event: {story.address}")
    language = _LANGUAGES.get(story.kind, "")
    left = FRAMES_WHOLE
    for number, section in enumerate(stack.sections):
        written, left = _section(section, language, number, left)
        parts.append(written)
    for title, rows in stack.variables:
        parts += [f"## {title}", _block("\n".join(f"{name} = {_plain(value)}" for name, value in rows), "")]
    if stack.breadcrumbs is not None:
        parts += ["## Breadcrumbs", _block("\n".join(map(_crumb, stack.breadcrumbs.latest)), "")]
    parts += _request(event, safe)
    rest = {key: value for key, value in without_aliases(safe).items() if normalize_key(key) not in _WRITTEN}
    if rest:
        bounded = bound_json(rest, MAX_CONTEXT, max_string=500, max_items=50)
        parts += ["## Context", _block(json.dumps(bounded.value, indent=2, ensure_ascii=False), "json")]
    text = "\n\n".join(part for part in parts if part) + "\n"
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}\n\nThe rest is left out.\n"


def group_lines(
    group: ErrorGroup, people: str | None, news: str | None, deployment: str | None
) -> list[tuple[str, str]]:
    """Times are absolute, since a ticket is read much later."""
    events = plural(group.occurrence_count, "event")
    lines = [
        ("Happened", f"{events}, {people}" if people else events),
        ("First seen", f"{time_text(group.first_seen_at)}{_in(group.introduced_in_release)}"),
        ("Last seen", f"{time_text(group.last_seen_at)}{_in(group.last_seen_release)}"),
        ("State", group.status),
    ]
    lines += [(label, escaped(words)) for label, words in (("News", news), ("Deployment", deployment)) if words]
    return lines


def escaped(text: str) -> str:
    """A sentence that may hold words of a client, without effect on what surrounds it."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """`text` on one line as inline code, whatever backticks it holds."""
    text = " ".join(text.split())
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    if not longest:
        return f"`{text}`"
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"


def _section(section: ExceptionSection, language: str, number: int, left: int) -> tuple[str, int]:
    """The text of one exception, and how many frames may still be written with their source."""
    heading = "## Stack" if not number else f"## {(section.link or 'linked').capitalize()}"
    parts = [heading, code(": ".join(part for part in (section.type, first_line(section.value)) if part))]
    if section.whole or "\n" in section.value.strip():
        parts.append(_block(section.whole or section.value, ""))
    if section.facts:
        parts.append("\n".join(f"- {code(label)}: {code(_plain(value))}" for label, value in section.facts))
    if section.items:
        parts.append("Most recent call first.")
    for item in section.items:
        if item.frame is not None:
            parts.append(_frame(item.frame, language, whole=left > 0))
            left -= 1
        else:
            parts.append(f"… {escaped(item.fold or item.gap or '')}")
    return "\n\n".join(parts), left


def _frame(frame: FrameView, language: str, *, whole: bool) -> str:
    place = code(f"{frame.path}:{frame.lineno}") + (f" in {code(frame.function)}" if frame.function else "")
    parts = [f"{place}, {frame.href}" if frame.href else place]
    if whole and frame.lines:
        wide = len(str(frame.lines[-1][0]))
        lines = (f"{'>' if number == frame.lineno else ' '} {number:>{wide}} | {text}" for number, text in frame.lines)
        parts.append(_block("\n".join(lines), language))
    if whole and frame.variables and frame.opened:
        text = "\n".join(f"{name} = {_value(value)}" for name, value in frame.values.items())
        parts.append("Variables:\n\n" + _block(middle_cut(text, MAX_VARIABLES), ""))
    return "\n\n".join(parts)


def _request(event: IngestEvent, safe: Mapping[str, Any]) -> Iterable[str]:
    details = request_details(safe)
    facts = [
        ("Request", " ".join(part for part in (details.http_method, details.target) if part)),
        ("Route", details.rails_action or details.route),
        ("Environment", event.environment),
        ("Release", event.release),
        ("Service", event.service),
        ("Level", event.level),
    ]
    rows = [f"- {label}: {code(value[:1_000])}" for label, value in facts if value]
    if rows:
        yield "## Facts"
        yield "\n".join(rows)


def _block(text: str, language: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _crumb(crumb: Breadcrumb) -> str:
    return "  ".join(part for part in (crumb.offset, crumb.category, crumb.level, crumb.message) if part)


def _plain(value: Any) -> str:
    """The text of a shown value: its markup is ours, what it holds is the client's."""
    text = getattr(value, "striptags", None)
    return " ".join((text() if text is not None else str(value)).split())


def _value(value: Any) -> str:
    return middle_cut(json.dumps(value, ensure_ascii=False), MAX_VALUE)


def _in(release: str | None) -> str:
    return f" in {code(release)}" if release else ""
