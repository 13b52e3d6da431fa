"""A stack as text, the way the language prints it, for reading and copying (spec 20 §15.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logister_core.error_groups.exceptions import ExceptionHeadline
from logister_core.error_groups.frames import Frame, failure_comes_last, frames_omitted
from logister_core.error_groups.payload import exception_of, stack_lists

_MAX_TEXT = 200_000


def traceback_text(
    context: Mapping[str, Any], message: str, kind: str | None, frames: list[Frame], headline: ExceptionHeadline
) -> str:
    """The stack of an event as text, at most 200,000 characters; the message when there is none.

    With readable frames it is written anew: as a Python traceback when the failure comes last, else with the
    failure first ("at" lines for scripts, `file:line:in` for Ruby and others). Otherwise the stack as sent.
    """
    if not frames:
        return (_as_sent(context) or message)[:_MAX_TEXT]
    omitted = frames_omitted(context)
    if failure_comes_last(frames):
        text = _python(frames, headline, omitted)
    elif kind in ("javascript", "cloudflare_pages") or frames[0].column_number is not None:
        text = _script(frames, headline, omitted)
    else:
        text = _plain(frames, headline, omitted)
    return text[:_MAX_TEXT]


def _python(frames: list[Frame], headline: ExceptionHeadline, omitted: int) -> str:
    lines = []
    for frame in frames:
        entry = f'  File "{frame.file}", line {frame.line_number}, in {frame.method_name or "<module>"}'
        code = (frame.code_context or "").strip()
        lines.append(f"{entry}\n    {code}" if code else entry)
    return "\n".join(["Traceback (most recent call last):", *_with_gap(lines, omitted, "  "), str(headline)])


def _script(frames: list[Frame], headline: ExceptionHeadline, omitted: int) -> str:
    lines = []
    for frame in frames:
        place = f"{frame.file}:{frame.line_number}"
        if frame.column_number is not None:
            place += f":{frame.column_number}"
        lines.append(f"    at {frame.method_name} ({place})" if frame.method_name else f"    at {place}")
    return "\n".join([str(headline), *_with_gap(lines, omitted, "    ")])


def _plain(frames: list[Frame], headline: ExceptionHeadline, omitted: int) -> str:
    lines = []
    for frame in frames:
        place = f"    {frame.file}:{frame.line_number}"
        lines.append(f"{place}:in `{frame.method_name}'" if frame.method_name else place)
    return "\n".join([str(headline), *_with_gap(lines, omitted, "    ")])


def _with_gap(lines: list[str], omitted: int, indent: str) -> list[str]:
    """Intake trims long stacks in the middle; the text says so there."""
    if omitted <= 0:
        return lines
    middle = len(lines) // 2
    return [*lines[:middle], f"{indent}… {omitted} frames omitted …", *lines[middle:]]


def _as_sent(context: Mapping[str, Any]) -> str | None:
    for holder in (exception_of(context) or {}, context):
        for stack in stack_lists(holder):
            lines = [line for line in stack if isinstance(line, str)]
            if any(line.strip() for line in lines):
                return "\n".join(lines)
    return None
