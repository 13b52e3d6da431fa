"""A stack folded for reading: application frames one by one, library frames between them as "12 frames in django"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from logister_core.error_groups.frames import Frame

_LIBRARY = re.compile(
    r".*/(?:site-packages|dist-packages|node_modules|gems|pkg/mod)/(?P<name>@[^/]+/[^/]+|[^/]+)|.*/lib(?:64)?/(?P<python>python)[\d.]+/"
)
_VERSION = re.compile(r"[-@]v?\d[\w.+-]{0,40}$|\.py$")


@dataclass(frozen=True, slots=True)
class FrameRun:
    """Neighbouring frames of one kind. `frames` holds (index in the stack, frame) in stack order, never empty.

    `libraries` names the libraries of a run of foreign frames, in order of appearance, at most three; it is empty
    for application frames and for places without a name.
    """

    application: bool
    frames: list[tuple[int, Frame]]
    libraries: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """ "12 frames in django, kombu"."""
        count = f"{len(self.frames)} frame{'s' if len(self.frames) != 1 else ''}"
        return f"{count} in {', '.join(self.libraries)}" if self.libraries else count


def frame_runs(frames: Sequence[Frame]) -> list[FrameRun]:
    """The stack cut into runs, in its order. A frame appears in exactly one of them."""
    groups: list[list[tuple[int, Frame]]] = []
    for index, frame in enumerate(frames):
        if groups and groups[-1][0][1].application_frame == frame.application_frame:
            groups[-1].append((index, frame))
        else:
            groups.append([(index, frame)])
    return [_run(group) for group in groups]


def _run(group: list[tuple[int, Frame]]) -> FrameRun:
    application = group[0][1].application_frame
    names = () if application else (library_of(frame.file) for _, frame in group)
    return FrameRun(application, group, tuple(dict.fromkeys(name for name in names if name))[:3])


def library_of(file: str) -> str | None:
    """The library a foreign file belongs to ("django", "@babel/core", "rails", "python"), None if unknown."""
    found = _LIBRARY.match("/" + file[-512:].replace("\\", "/"))
    if found is None:
        return None
    return found["python"] or _VERSION.sub("", found["name"]) or None
