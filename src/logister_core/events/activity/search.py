"""What people type to find events: `level:error env:staging "exact words"`, in any order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

# Word in front of the colon -> name of the filter.
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "type": "event_type",
        "level": "level",
        "env": "environment",
        "environment": "environment",
        "release": "release",
        "service": "service",
    }
)
# How a filter is written, for chips.
WORDS: Mapping[str, str] = MappingProxyType({name: word for word, name in reversed(list(KEYS.items()))})

_TERM = re.compile(rf'(?:^|(?<=\s))({"|".join(KEYS)}):("[^"]*"|[^\s"]+)(?=\s|$)', re.IGNORECASE)


def read_search(typed: str) -> tuple[dict[str, str], str]:
    """The filters in `typed`, and the text that remains.

    Text between quotes is looked for as it stands: `"level:error"` is text. Of a filter given twice the last counts.
    """
    if len(typed) > 1 and typed[0] == typed[-1] == '"' and '"' not in typed[1:-1]:
        return {}, typed[1:-1].strip()
    found = {KEYS[term[1].lower()]: term[2].strip('"').strip() for term in _TERM.finditer(typed)}
    if not found:
        return {}, typed
    return {name: value for name, value in found.items() if value}, " ".join(_TERM.sub(" ", typed).split())


def write_text(text: str) -> str:
    """How text is typed so that `read_search` gives it back."""
    return text if read_search(text) == ({}, text) else f'"{text}"'


def write_filter(name: str, value: str) -> str:
    """As in `env:staging`, for people to read and to type."""
    return f'{WORDS[name]}:"{value}"' if re.search(r'[\s"]', value) else f"{WORDS[name]}:{value}"
