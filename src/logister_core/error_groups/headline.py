"""The words that stand for a group in lists: its title, the exception class and the value beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logister_core.error_groups.payload import exception_of, text_of

UNTITLED = "Untitled error"
_MAX_TITLE = 1_000


def first_line(message: str) -> str:
    """The text before the first line feed, stripped; empty when the message starts with an empty line."""
    return message.split("\n", 1)[0].strip()


def title_of(message: str, previous: str | None = None) -> str:
    """Title of a group whose latest event has this message (spec 20 §5), at most 1,000 characters."""
    return first_line(message)[:_MAX_TITLE] or previous or UNTITLED


def exception_class(context: Mapping[str, Any]) -> str | None:
    """Class of the event's exception as the client named it (`class`, else `type`); None without an exception."""
    exception = exception_of(context)
    if exception is None:
        return None
    return text_of(exception, "class", "type")


def value_of(message: str, context: Mapping[str, Any]) -> str:
    """The title without the exception class that some clients put before it ("KeyError: 'x'" gives "'x'").

    Empty when the message is nothing but the class name.
    """
    title = title_of(message)
    name = exception_class(context)
    if not name:
        return title
    for prefix in (name, name.rpartition(".")[2]):
        if title == prefix:
            return ""
        if title.startswith(prefix + ":"):
            return title[len(prefix) + 1 :].strip()
    return title
