"""The frames of an exception as its page shows them (spec 20 §15.2): one list per exception, in the order sent.

Nothing is ever read from the server's disk: a forged event could name any of its files. Values are as the client
sent them; redact `locals` before they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logister_core.error_groups.grouping.normalise import ASYNC
from logister_core.error_groups.grouping.stack import is_application
from logister_core.error_groups.payload import STACK_KEYS, exception_of, is_outermost_first, stack_lists
from logister_core.error_groups.stack_lines import MAX_LINE, number_from, parse_stack_line

_FILE_KEYS = ("filename", "template", "file", "path")
_LINE_KEYS = ("lineno", "line", "line_number", "lineNumber")
_COLUMN_KEYS = ("colno", "column", "column_number", "colNumber")
_FUNCTION_KEYS = ("function", "name", "method", "module", "type")
_CODE_KEYS = (
    "code_print_plain",
    "codePrintPlain",
    "codePrintHTML",
    "line",
    "code_context",
    "context_line",
    "source",
    "code",
)
_CLASS_KEYS = ("class_name", "class", "module")
_MAX_SURROUNDING = 50


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `line_number` counts from 1; empty lists and dicts where the client sent nothing.

    `raw` is the entry as one line of text; `pre_context` and `post_context` are the source lines before and after
    `code_context`, in reading order.
    """

    raw: str
    file: str
    line_number: int
    column_number: int | None = None
    method_name: str | None = None
    code_context: str | None = None
    pre_context: list[str] = field(default_factory=list)
    post_context: list[str] = field(default_factory=list)
    locals: dict[str, Any] = field(default_factory=dict)
    application_frame: bool = False


def frames_of(context: Mapping[str, Any]) -> list[Frame]:
    """The frames of the event's exception, else those beside it; empty when no entry can be read."""
    exception = exception_of(context)
    return (exception_frames(exception) if exception is not None else []) or exception_frames(context)


def exception_frames(holder: Mapping[str, Any]) -> list[Frame]:
    """The frames of one exception of a chain: its first stack of which at least one entry can be read."""
    for stack in stack_lists(holder):
        frames = [frame for frame in map(frame_of, stack) if frame is not None]
        if frames:
            return frames
    return []


def frames_omitted(context: Mapping[str, Any]) -> int:
    """How many entries intake took out of the middle of the event's stack; 0 for a complete one.

    The gap is after the first half (rounded down) of what is left.
    """
    exception = exception_of(context) or context
    stacks = (key for key in STACK_KEYS if exception.get(key))
    return next((number_from(exception.get(f"{key}_omitted")) or 0 for key in stacks), 0)


def failure_comes_last(frames: Sequence[Frame]) -> bool:
    """Whether the innermost frame is the last one (Python) or the first (everybody else)."""
    return bool(frames) and is_outermost_first(frames[0].file, frames[-1].file)


def opened_first(frames: Sequence[Frame]) -> int:
    """Index of the frame the page opens: the innermost application frame, else the innermost; 0 without frames."""
    order = range(len(frames) - 1, -1, -1) if failure_comes_last(frames) else range(len(frames))
    return next((index for index in order if frames[index].application_frame), order[0] if frames else 0)


def visible_frames(frames: Sequence[Frame], scope: str = "application") -> list[tuple[int, Frame]]:
    """(index in `frames`, frame) for a scope, "application" or "all"; all when there is no application frame."""
    everything = list(enumerate(frames))
    if scope == "all":
        return everything
    return [pair for pair in everything if pair[1].application_frame] or everything


def frame_of(entry: object) -> Frame | None:
    """One entry of a stack as sent; None when it names no file and line."""
    if isinstance(entry, dict):
        return _frame_of_object(entry)
    if isinstance(entry, str):
        return _frame_of_line(entry)
    return None


def _frame_of_line(text: str) -> Frame | None:
    found = parse_stack_line(text[:MAX_LINE])
    if found is None or found.line is None or not found.file:
        return None
    return Frame(
        raw=text.strip(),
        file=found.file,
        line_number=found.line,
        column_number=found.column,
        method_name=found.function or None,
        application_frame=is_application(found.file, "", found.function),
    )


def _frame_of_object(entry: dict[str, Any]) -> Frame | None:
    file = _text(entry, _FILE_KEYS)
    line_key, line = _line_of(entry)
    if file is None or line is None or line <= 0:
        return None
    file = file.removeprefix(ASYNC)
    method = _text(entry, _FUNCTION_KEYS)
    column = next((number for key in _COLUMN_KEYS if (number := number_from(_get(entry, key))) is not None), None)
    flags = (_get(entry, key) for key in ("in_app", "inApp", "application_frame", "applicationFrame"))
    values = _get(entry, "locals")
    return Frame(
        raw=_text(entry, ("raw", "raw_trace")) or f"{file}:{line}" + (f" in {method}" if method else ""),
        file=file,
        line_number=line,
        column_number=column if column is not None and column >= 0 else None,
        method_name=method,
        code_context=_text(entry, [key for key in _CODE_KEYS if key != line_key], strip=False),
        pre_context=_lines(_get(entry, "pre_context"), last=True),
        post_context=_lines(_get(entry, "post_context"), last=False),
        locals=values if isinstance(values, dict) else {},
        application_frame=is_application(
            file,
            _text(entry, _CLASS_KEYS) or "",
            method or "",
            next((flag for flag in flags if isinstance(flag, bool)), None),
        ),
    )


def _line_of(entry: dict[str, Any]) -> tuple[str | None, int | None]:
    """(key, number) of the first key that holds a number: `line` is the source line for some clients."""
    for key in _LINE_KEYS:
        number = number_from(_get(entry, key))
        if number is not None:
            return key, number
    return None, None


def _get(entry: Mapping[str, Any], key: str) -> Any:
    """The value under the key as written, else in lower or upper case (CFML)."""
    for spelling in (key, key.lower(), key.upper()):
        value = entry.get(spelling)
        if value is not None:
            return value
    return None


def _text(entry: Mapping[str, Any], keys: Sequence[str], *, strip: bool = True) -> str | None:
    for key in keys:
        value = _get(entry, key)
        if isinstance(value, str) and value.strip():
            return value.strip() if strip else value
    return None


def _lines(value: object, *, last: bool) -> list[str]:
    """At most 50 source lines nearest to the frame's own line."""
    if not isinstance(value, list):
        return []
    lines = [line for line in value if isinstance(line, str)]
    return lines[-_MAX_SURROUNDING:] if last else lines[:_MAX_SURROUNDING]
