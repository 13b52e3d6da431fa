"""The exception of an event and the ones behind it, as its page shows them (spec 20 §15.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from logister_core.error_groups.frames import Frame, exception_frames, frames_omitted, opened_first
from logister_core.error_groups.headline import first_line
from logister_core.error_groups.payload import exception_of, text_of

_DEFAULT_CLASSES = {
    "python": "Python exception",
    "javascript": "JavaScript Error",
    "cloudflare_pages": "JavaScript Error",
    "dotnet": ".NET exception",
    "cfml": "ColdFusion Exception",
}
_DEFAULT_CLASS = "RuntimeError"
_CLASS_KEYS = ("class", "type", "qualified_class", "name")

# key of the exception object → what the linked exception is to it
_LINKS = {"cause": "cause", "inner_exception": "inner", "context": "context"}
_LISTS = {"inner_exceptions": "aggregate", "errors": "aggregate"}
_MAX_DEPTH = 12
_MAX_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class LinkedException:
    """An exception behind another: `label` is cause, context, inner or aggregate; `depth` counts from 1.

    `location` is "file:line" of the frame to look at first, None without frames; `omitted` frames are missing from
    the middle.
    """

    label: str
    depth: int
    class_name: str
    message: str
    location: str | None
    frames: list[Frame] = field(default_factory=list)
    omitted: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    # What the client sent.


@dataclass(frozen=True, slots=True)
class ExceptionHeadline:
    class_name: str
    message: str

    def __str__(self) -> str:
        return f"{self.class_name}: {self.message}" if self.message else self.class_name


def exception_headline(context: Mapping[str, Any], message: str, kind: str | None = None) -> ExceptionHeadline:
    """Class and message of the event's exception.

    `message` is the event's and `kind` the project's integration kind; they fill in what the client left out.
    JavaScript stacks start with "TypeError: x is not a function", which is the second best source.
    """
    exception = exception_of(context) or {}
    stack_class, stack_message = _stack_headline(exception)
    class_name = text_of(exception, *_CLASS_KEYS) or stack_class or _DEFAULT_CLASSES.get(kind or "", _DEFAULT_CLASS)
    own_message = text_of(exception, "message") or stack_message or first_line(message)
    return ExceptionHeadline(class_name, own_message)


def _stack_headline(exception: Mapping[str, Any]) -> tuple[str | None, str | None]:
    stack = exception.get("stack")
    if not isinstance(stack, str):
        return None, None
    line = first_line(stack[:2_000])
    name, colon, rest = line.partition(":")
    if not colon or not name.replace(".", "").isidentifier():
        return None, None
    return name, rest.strip() or None


def exception_chain(context: Mapping[str, Any], kind: str | None = None) -> list[LinkedException]:
    """Everything behind the event's exception, depth first, at most 50 entries and 12 levels; often empty."""
    exception = exception_of(context)
    if exception is None:
        return []
    chain = []
    for label, depth, linked in _walk(exception, kind, 1):
        frames = exception_frames(linked)
        opened = frames[opened_first(frames)] if frames else None
        chain.append(
            LinkedException(
                label=label,
                depth=depth,
                class_name=text_of(linked, *_CLASS_KEYS) or _DEFAULT_CLASSES.get(kind or "", _DEFAULT_CLASS),
                message=text_of(linked, "message") or "",
                location=f"{opened.file}:{opened.line_number}" if opened is not None else None,
                frames=frames,
                omitted=frames_omitted({"exception": linked}),
                data=linked,
            )
        )
        if len(chain) == _MAX_ENTRIES:
            break
    return chain


def _walk(exception: Mapping[str, Any], kind: str | None, depth: int) -> Iterator[tuple[str, int, dict[str, Any]]]:
    if depth > _MAX_DEPTH:
        return
    for label, linked in _links(exception, kind):
        yield label, depth, linked
        yield from _walk(linked, kind, depth + 1)


def _links(exception: Mapping[str, Any], kind: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, label in _LINKS.items():
        linked = exception.get(key)
        if not isinstance(linked, dict) or not linked:
            continue
        values = linked.get("values")
        if key == "context" and isinstance(values, list):
            # The JavaScript client's list of earlier errors.
            yield from ((label, value) for value in values if isinstance(value, dict) and value)
        elif key != "context" or _looks_like_exception(linked):
            yield "inner" if kind == "dotnet" else label, linked
    for key, label in _LISTS.items():
        several = exception.get(key)
        if isinstance(several, list):
            yield from ((label, value) for value in several if isinstance(value, dict) and value)


def _looks_like_exception(value: Mapping[str, Any]) -> bool:
    """`context` is free text for most clients; only an object with a class is the exception handled before."""
    return text_of(value, *_CLASS_KEYS) is not None
