"""Versions and their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from logister_core import __version__

# Dotted, so that neither the number of a build nor a commit of digits is taken for one.
_VERSION = re.compile(
    r"v?(?P<text>(?P<numbers>[0-9]{1,9}(?:\.[0-9]{1,9}){1,3})"
    r"(?:[-._]?(?P<stage>dev|alpha|a|beta|b|preview|pre|rc|c|post)[-._]?(?P<count>[0-9]{0,9}))?)"
    r"(?:\+[0-9a-z.-]+)?",
    re.IGNORECASE,
)
_FINAL = 4
_STAGES = {"dev": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "pre": 3, "preview": 3, "rc": 3, "post": 5}


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """`text` has neither the leading v nor what names a build."""

    numbers: tuple[int, ...]
    stage: int
    count: int
    text: str = field(compare=False)


def version(text: str | None) -> Version | None:
    """None for what does not look like a version; `v2.1` and `2.1.0` are equal.

    >>> version("v2.1.0-rc.1").text
    '2.1.0-rc.1'
    """
    found = _VERSION.fullmatch(text or "")
    if found is None:
        return None
    numbers = [int(number) for number in found["numbers"].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    stage = _STAGES[found["stage"].lower()] if found["stage"] else _FINAL
    return Version(tuple(numbers), stage, int(found["count"] or 0), found["text"])


def current_version(release: str | None) -> Version | None:
    """What this installation runs: `release` (LOGISTER_RELEASE) when it looks like a version, else the package's."""
    return version(release) or version(__version__)
