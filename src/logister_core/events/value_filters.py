"""Where everything else with the same value is listed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

# Fact -> key of the inbox's search.
_SEARCHED = {"environment": "env", "release": "release", "level": "level"}
# Facts that the events' page filters by. For none of them there is an index: it looks through the newest events until
# its time is up, and goes on from there when asked to.
_FILTERED = ("environment", "release", "level", "service")
MAX_VALUE = 150


@dataclass(frozen=True, slots=True)
class ValueFilters:
    """`inbox` and `activity` are addresses; errors are listed in one, everything else in the other."""

    inbox: str
    activity: str
    is_error: bool

    def address(self, fact: str, value: str) -> str | None:
        """None for facts that nothing is listed by."""
        if not value or len(value) > MAX_VALUE:
            return None
        if self.is_error and fact in _SEARCHED:
            return f"{self.inbox}?{urlencode({'filter': 'all', 'q': f'{_SEARCHED[fact]}:{_quoted(value)}'})}"
        if not self.is_error and fact in _FILTERED:
            return f"{self.activity}?{urlencode({'period': 'all', fact: value})}"
        return None


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if escaped != value or " " in value or value.endswith("*") else value
