"""What is said after a decision."""

from __future__ import annotations

from collections.abc import Sequence

from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.story import full_title
from logister_core.web.formatting import middle_cut, plural

_MAX_TITLE = 120


def named(groups: Sequence[ErrorGroup]) -> str:
    """One error by its title, several by their number."""
    if len(groups) != 1:
        return plural(len(groups), "error")
    # First strong isolate … pop isolate: a title written from right to left must not turn the sentence around it.
    return f"“\u2068{middle_cut(full_title(groups[0]), _MAX_TITLE)}\u2069”"
