"""One frame as its page shows it: place, source lines, variables, and where it leads."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from logister_core.error_groups.frames import Frame
from logister_core.events.source_links import SourceLink
from logister_core.events.values import shown_value

# Source lines before and after the failing one.
SURROUNDING = 5
# A minified file is one line of a megabyte: shown is what surrounds the column.
MAX_LINE = 300
# So many frames of a page come with lines and variables; the others bring theirs when they are opened.
MOST_WHOLE = 10

_NUMBERED = re.compile(r"\s*(\d{1,9}): ?(.*)")


@dataclass(frozen=True, slots=True)
class FrameView:
    """What the macro `frame` reads; `lines` are pairs (number, text), `variables` pairs (name, shown value)
    of `values`, which have passed the redactor.

    `number` counts the frames of the event, those of its causes included. `address` is the page with this frame open,
    `source` where the frame alone is served, `href` its line in a repository and `href_place` where that is. `later`:
    lines and variables are fetched on opening.
    """

    number: int
    path: str
    function: str | None
    lineno: int
    lines: list[tuple[int, str]]
    variables: list[tuple[str, str | Markup]]
    values: Mapping[str, Any]
    opened: bool
    address: str
    source: str
    href: str | None
    href_place: str | None
    later: bool


class FrameViewer:
    """Makes the views of a page. By the number of a frame, `address` gives the page that has it open and `source` the
    address that serves it alone.
    """

    def __init__(
        self,
        link: Callable[[Frame], SourceLink | None],
        address: Callable[[int], str],
        source: Callable[[int], str],
    ) -> None:
        self._link = link
        self._address = address
        self._source = source
        self._whole = 0

    def view(self, number: int, frame: Frame, *, opened: bool) -> FrameView:
        self._whole += 1
        later = self._whole > MOST_WHOLE and not opened
        link = None if later else self._link(frame)
        return FrameView(
            number=number,
            path=frame.file,
            function=frame.method_name,
            lineno=frame.line_number,
            lines=[] if later else source_lines(frame),
            variables=[] if later else [(name[:200], shown_value(value)) for name, value in frame.locals.items()],
            values={} if later else frame.locals,
            opened=opened,
            address=self._address(number),
            source=self._source(number),
            href=None if link is None else link.href,
            href_place=None if link is None else link.place,
            later=later,
        )


def source_lines(frame: Frame) -> list[tuple[int, str]]:
    """(number, text) of the failing line and up to five around it on each side, common indentation taken off."""
    code = (frame.code_context or "").rstrip().split("\n")
    numbered = [_NUMBERED.fullmatch(line) for line in code]
    if len(code) > 1 and all(numbered):
        # CFML engines send an excerpt with its numbers in it.
        lines = [(int(match[1]), match[2]) for match in numbered if match is not None]
    elif frame.code_context is None and not frame.pre_context and not frame.post_context:
        return []
    else:
        before = frame.pre_context[-SURROUNDING:]
        first = frame.line_number - len(before)
        lines = list(enumerate([*before, *code, *frame.post_context[:SURROUNDING]], start=first))
    column = frame.column_number
    texts = textwrap.dedent("\n".join(text.expandtabs(4).replace("\n", " ") for _, text in lines)).split("\n")
    return [
        (number, _cut(text, column if number == frame.line_number else None))
        for (number, _), text in zip(lines, texts, strict=True)
    ]


def _cut(text: str, column: int | None) -> str:
    if len(text) <= MAX_LINE:
        return text
    start = max(min((column or 0) - MAX_LINE // 2, len(text) - MAX_LINE), 0)
    end = start + MAX_LINE
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
