"""Which error events belong together: pure functions from an event to the key of its group.

The client's fingerprint always wins. Without one the project's strategy makes the key; strategies are versioned
in the key itself (`stack:v1:…`), so a better rule can be added later without disturbing existing groups.
"""

from __future__ import annotations

from logister_core.error_groups.grouping.explanation import facts
from logister_core.error_groups.grouping.stack import culprit
from logister_core.error_groups.grouping.strategies import (
    STRATEGIES,
    GroupingDecision,
    decide,
)
from logister_core.error_groups.headline import exception_class, title_of, value_of

__all__ = [
    "STRATEGIES",
    "GroupingDecision",
    "culprit",
    "decide",
    "exception_class",
    "facts",
    "title_of",
    "value_of",
]
