"""The stack of an event as its page shows it: the failure first, the frame to look at open, libraries folded."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from logister_core.error_groups.exceptions import exception_chain, exception_headline
from logister_core.error_groups.frame_runs import FrameRun, frame_runs
from logister_core.error_groups.frames import Frame, failure_comes_last, frames_of, frames_omitted, opened_first
from logister_core.error_groups.story import without_class
from logister_core.error_groups.traceback_text import traceback_text
from logister_core.events.values import shown_value
from logister_core.web.formatting import middle_cut, plural

SCOPES = ("application", "all")
# Source lines before and after the failing one.
SURROUNDING = 5
# A minified file is one line of a megabyte: shown is what surrounds the column.
MAX_LINE = 300
# A message longer than this is folded after so many characters.
SHORT_MESSAGE = 1_000
MAX_MESSAGE = 20_000

_LINK_WORDS = {
    "cause": "caused by",
    "context": "raised while handling",
    "inner": "inner exception",
    "aggregate": "one of several exceptions",
}
_NUMBERED = re.compile(r"\s*(\d{1,9}): ?(.*)")


@dataclass(frozen=True, slots=True)
class FrameView:
    """What the macro `frame` reads; `lines` are pairs (number, text), `variables` pairs (name, shown value)."""

    path: str
    function: str | None
    lineno: int
    lines: list[tuple[int, str]]
    variables: list[tuple[str, str | Markup]]
    opened: bool
    href: None = None


@dataclass(frozen=True, slots=True)
class StackItem:
    """One of: a frame; library frames behind `fold`, a line like "12 frames in django"; a remark on what is missing."""

    frame: FrameView | None = None
    fold: str | None = None
    folded: Sequence[FrameView] = ()
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class ExceptionSection:
    """One exception of the chain; `link` says what it is to the one above, None for the first.

    `value` is its message, `whole` the rest of the truth when that is too long to stand above a stack.
    """

    link: str | None
    type: str
    value: str
    whole: str | None
    items: list[StackItem]


@dataclass(frozen=True, slots=True)
class StackPanel:
    """`sections` are never empty. `scope_label` and `scope` lead to the other way of showing frames, None when there
    is nothing to fold. `text` is the stack as the language prints it, for copying.
    """

    sections: list[ExceptionSection]
    frame_count: int
    scope: str | None
    scope_label: str
    text: str


def stack_panel(
    context: Mapping[str, Any], message: str, kind: str, *, scope: str = "application", frame: str | None = None
) -> StackPanel:
    """`context` has passed `safe_context`; `kind` is the project's integration kind; `frame` is the number in the stack
    of a frame to open, as the address has it.
    """
    frames = frames_of(context)
    headline = exception_headline(context, message, kind)
    wanted = int(frame) if frame and frame.isascii() and frame.isdigit() and int(frame[:9]) < len(frames) else None
    opened = opened_first(frames) if wanted is None else wanted
    # A frame somebody asked for must not hide in a fold.
    unfold = scope == "all" or (wanted is not None and not frames[wanted].application_frame)
    first = _section(
        None,
        headline.class_name,
        headline.message,
        _items(frames, unfold=unfold, opened=opened, omitted=frames_omitted(context)),
    )
    chain = exception_chain(context, kind)
    others = [
        _section(
            _LINK_WORDS[linked.label],
            linked.class_name,
            linked.message,
            _items(linked.frames, unfold=unfold, opened=None, omitted=linked.omitted),
        )
        for linked in chain
    ]
    count = len(frames) + sum(len(linked.frames) for linked in chain)
    mixed = any(_is_mixed(stack) for stack in [frames, *(linked.frames for linked in chain)])
    return StackPanel(
        sections=[first, *others],
        frame_count=count,
        scope=("application" if unfold else "all") if mixed else None,
        scope_label="Fold library frames" if unfold else f"Show all {plural(count, 'frame')}",
        text=traceback_text(context, message, kind),
    )


def _section(link: str | None, kind: str, message: str, items: list[StackItem]) -> ExceptionSection:
    value = without_class(message, kind)
    whole = value[:MAX_MESSAGE] if len(value) > SHORT_MESSAGE else None
    return ExceptionSection(link, kind, middle_cut(value, SHORT_MESSAGE), whole, items)


def _is_mixed(frames: Sequence[Frame]) -> bool:
    return len({frame.application_frame for frame in frames}) == 2


def _items(frames: Sequence[Frame], *, unfold: bool, opened: int | None, omitted: int) -> list[StackItem]:
    """The failure first. `omitted` frames are missing from the middle of the stack."""
    runs = frame_runs(frames)
    unfold = unfold or not any(run.application for run in runs)
    gap = (len(frames) + 1) // 2 if omitted else None
    backwards = failure_comes_last(frames)
    items: list[StackItem] = []
    for run in reversed(runs) if backwards else runs:
        items += _run_items(run, unfold=unfold, opened=opened, backwards=backwards, gap=gap)
    if omitted:
        remark = f"{plural(omitted, 'frame')} in the middle of the stack did not fit and were left out"
        items = [StackItem(gap=remark) if item is _GAP else item for item in items]
    return items


_GAP = StackItem(gap="")


def _run_items(run: FrameRun, *, unfold: bool, opened: int | None, backwards: bool, gap: int | None) -> list[StackItem]:
    ordered = run.frames[::-1] if backwards else run.frames
    marks = gap is not None and run.frames[0][0] <= gap <= run.frames[-1][0]
    if not (run.application or unfold):
        folded = [_view(frame, opened=False) for _, frame in ordered]
        return [StackItem(fold=run.label, folded=folded), *([_GAP] if marks else [])]
    items = []
    for index, frame in ordered:
        items.append(StackItem(frame=_view(frame, opened=index == opened)))
        if index == gap:
            items.append(_GAP)
    return items


def _view(frame: Frame, *, opened: bool) -> FrameView:
    return FrameView(
        path=frame.file,
        function=frame.method_name,
        lineno=frame.line_number,
        lines=source_lines(frame),
        variables=[(name, shown_value(value)) for name, value in frame.locals.items()],
        opened=opened,
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
