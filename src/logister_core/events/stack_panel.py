"""The stack of an event as its page shows it: the failure first, the frame to look at open, libraries folded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from logister_core.error_groups.exceptions import exception_chain, exception_headline
from logister_core.error_groups.frame_runs import FrameRun, frame_runs
from logister_core.error_groups.frames import Frame, failure_comes_last, frames_of, frames_omitted, opened_first
from logister_core.error_groups.payload import exception_of
from logister_core.error_groups.story import without_class
from logister_core.error_groups.traceback_text import traceback_text
from logister_core.events.breadcrumbs import Breadcrumbs, breadcrumbs_of
from logister_core.events.exception_facts import Row, exception_facts, variables_of
from logister_core.events.frame_views import FrameView, FrameViewer
from logister_core.events.source_links import SourceLinks
from logister_core.web.formatting import middle_cut, plural

SCOPES = ("application", "all")
# A message longer than this is folded after so many characters.
SHORT_MESSAGE = 1_000
MAX_MESSAGE = 20_000

_LINK_WORDS = {
    "cause": "caused by",
    "context": "raised while handling",
    "inner": "inner exception",
    "aggregate": "one of several exceptions",
}
_BUILT = re.compile(r"\.min\.js|/assets/|\.bundle\.js|/chunks?[-/.]", re.IGNORECASE)
_BUILT_HINT = (
    "These frames point into built files. Where the program runs with source maps (Node: --enable-source-maps), the "
    "client sends the places in the source."
)


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

    `value` is its message, `whole` the rest of the truth when that is too long to stand above a stack; `facts` is what
    else the client sent about it.
    """

    link: str | None
    type: str
    value: str
    whole: str | None
    facts: list[Row]
    items: list[StackItem]


@dataclass(frozen=True, slots=True)
class StackPanel:
    """`sections` are never empty. `scope_label` and `scope` lead to the other way of showing frames, None when there
    is nothing to fold. `text` is the stack as the language prints it, for copying; `hint` a remark on built files,
    `source_note` why frames have no links, with the word for it in `source_status`.
    """

    sections: list[ExceptionSection]
    frame_count: int
    scope: str | None
    scope_label: str
    text: str
    variables: list[tuple[str, list[Row]]]
    breadcrumbs: Breadcrumbs | None
    hint: str | None
    source_status: str
    source_note: str | None


@dataclass(frozen=True, slots=True)
class _Stack:
    """The frames of one exception; `first` is the number of the first one on the page."""

    frames: list[Frame]
    omitted: int
    first: int


def all_frames(context: Mapping[str, Any], kind: str) -> list[Frame]:
    """Every frame of the event, those of its causes after its own: the number of a frame is its place here."""
    return [*frames_of(context), *(each for linked in exception_chain(context, kind) for each in linked.frames)]


def chosen_frame(text: str | None, count: int) -> int | None:
    """The number in the address; None for anything that is no frame of the event."""
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else count
    return number if number < count else None


def stack_panel(
    context: Mapping[str, Any],
    message: str,
    kind: str,
    *,
    viewer: FrameViewer,
    links: SourceLinks,
    occurred_at: datetime,
    scope: str = "application",
    frame: str | None = None,
) -> StackPanel:
    """`context` has passed `safe_context`; `kind` is the project's integration kind; `frame` is the number of the frame
    to open, as the address has it.
    """
    frames = frames_of(context)
    chain = exception_chain(context, kind)
    headline = exception_headline(context, message, kind)
    everything = [*frames, *(each for linked in chain for each in linked.frames)]
    wanted = chosen_frame(frame, len(everything))
    opened = (opened_first(frames) if frames else None) if wanted is None else wanted
    # A frame somebody asked for must not hide in a fold.
    unfold = scope == "all" or (wanted is not None and not everything[wanted].application_frame)

    def items(stack: _Stack) -> list[StackItem]:
        return _items(stack, viewer, unfold=unfold, opened=opened)

    first = _Stack(frames, frames_omitted(context), 0)
    exception = exception_of(context) or {}
    sections = [_section(None, headline.class_name, headline.message, exception_facts(exception), items(first))]
    start = len(frames)
    for linked in chain:
        stack = _Stack(linked.frames, linked.omitted, start)
        start += len(linked.frames)
        word, facts = _LINK_WORDS[linked.label], exception_facts(linked.data)
        sections.append(_section(word, linked.class_name, linked.message, facts, items(stack)))
    mixed = any(_is_mixed(stack) for stack in [frames, *(linked.frames for linked in chain)])
    looked_at = everything[opened] if opened is not None else None
    return StackPanel(
        sections=sections,
        frame_count=len(everything),
        scope=("application" if unfold else "all") if mixed else None,
        scope_label="Fold library frames" if unfold else f"Show all {plural(len(everything), 'frame')}",
        text=traceback_text(context, message, kind, frames, headline),
        variables=variables_of(context),
        breadcrumbs=breadcrumbs_of(context, occurred_at),
        hint=_BUILT_HINT if _is_built(frames) else None,
        source_status="" if looked_at is None else links.status(looked_at),
        source_note=None if looked_at is None else links.explain(looked_at),
    )


def _section(link: str | None, kind: str, message: str, facts: list[Row], items: list[StackItem]) -> ExceptionSection:
    value = without_class(message, kind)
    whole = value[:MAX_MESSAGE] if len(value) > SHORT_MESSAGE else None
    return ExceptionSection(link, kind, middle_cut(value, SHORT_MESSAGE), whole, facts, items)


def _is_mixed(frames: Sequence[Frame]) -> bool:
    return len({frame.application_frame for frame in frames}) == 2


def _is_built(frames: Sequence[Frame]) -> bool:
    return any(_BUILT.search(frame.file) for frame in frames) and not any(frame.code_context for frame in frames)


def _items(stack: _Stack, viewer: FrameViewer, *, unfold: bool, opened: int | None) -> list[StackItem]:
    """The failure first. `omitted` frames are missing from the middle of the stack."""
    runs = frame_runs(stack.frames)
    unfold = unfold or not any(run.application for run in runs)
    gap = (len(stack.frames) + 1) // 2 if stack.omitted else None
    backwards = failure_comes_last(stack.frames)
    items: list[StackItem] = []
    for run in reversed(runs) if backwards else runs:
        items += _run_items(run, viewer, first=stack.first, unfold=unfold, opened=opened, backwards=backwards, gap=gap)
    if stack.omitted:
        remark = f"{plural(stack.omitted, 'frame')} in the middle of the stack did not fit and were left out"
        items = [StackItem(gap=remark) if item is _GAP else item for item in items]
    return items


_GAP = StackItem(gap="")


def _run_items(
    run: FrameRun,
    viewer: FrameViewer,
    *,
    first: int,
    unfold: bool,
    opened: int | None,
    backwards: bool,
    gap: int | None,
) -> list[StackItem]:
    ordered = run.frames[::-1] if backwards else run.frames
    marks = gap is not None and run.frames[0][0] <= gap <= run.frames[-1][0]
    views = [viewer.view(first + index, frame, opened=first + index == opened) for index, frame in ordered]
    if not (run.application or unfold):
        return [StackItem(fold=run.label, folded=views), *([_GAP] if marks else [])]
    items = []
    for (index, _), view in zip(ordered, views, strict=True):
        items.append(StackItem(frame=view))
        if index == gap:
            items.append(_GAP)
    return items
