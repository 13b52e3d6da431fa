"""Careful reading of what clients send: every value may be missing or of any JSON type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Where clients put their stack, best first: objects carry more than text, text lists more than one long text.
# Intake adds the snake_case spelling of every key (`tagcontext` is what that makes of TAGCONTEXT).
STACK_KEYS = ("frames", "tag_context", "tagcontext", "backtrace", "stacktrace", "stack_trace", "stack")
# Explicit causes: `raise … from` and `cause` elsewhere, .NET's inner exception.
CAUSE_KEYS = ("cause", "inner_exception")
# Source files, and the names Python gives to code without a file.
_PYTHON_ENDINGS = (".py", ".pyx", "<string>", "<stdin>")
_MAX_STACK_TEXT = 65_536
_MAX_ENTRIES = 1_000


def text_of(mapping: Mapping[str, Any], *keys: str) -> str | None:
    """The first non-blank text among the keys, stripped; other types count as absent."""
    for key in keys:
        value = mapping.get(key)
        if isinstance(value, str):
            value = value.strip()
            if value:
                return value
    return None


def scalar_of(mapping: Mapping[str, Any], *keys: str) -> str | None:
    """The first non-blank text or number among the keys, as text."""
    for key in keys:
        value = mapping.get(key)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        text = str(value).strip()
        if text:
            return text
    return None


def object_of(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any] | None:
    """The first non-empty object among the keys."""
    for key in keys:
        value = mapping.get(key)
        if value and isinstance(value, dict):
            return value
    return None


def exception_of(context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The event's exception object, or None."""
    exception = context.get("exception")
    return exception if isinstance(exception, dict) else None


def stack_lists(holder: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Every non-empty stack of an exception, best first; text is split into lines, `{"frames": […]}` opened."""
    for key in STACK_KEYS:
        value = holder.get(key)
        if not value:
            continue
        if isinstance(value, dict):
            value = value.get("frames")
        elif isinstance(value, str):
            value = value[:_MAX_STACK_TEXT].splitlines()
        if value and isinstance(value, list):
            yield value if len(value) <= _MAX_ENTRIES else value[:_MAX_ENTRIES]


def is_outermost_first(first_file: str, last_file: str) -> bool:
    """Whether a stack ends at the failure, as Python's tracebacks do; everybody else puts the failure first."""
    return first_file.endswith(_PYTHON_ENDINGS) or last_file.endswith(_PYTHON_ENDINGS)
