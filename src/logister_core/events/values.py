"""One value of an event's context as a table cell: text as it is, objects as a list of lists, secrets as a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from logister_core.ingest.normalization import normalize_key
from logister_core.redaction import REDACTED
from logister_core.web.formatting import middle_cut

MAX_TEXT = 1_000
MAX_DEPTH = 12
MAX_ENTRIES = 400

_REDACTED_MARKUP = Markup('<span class="redacted">redacted</span>')


def shown_value(value: Any) -> str | Markup:
    """`value` must have passed the redactor. Long texts lose their middle, deep or wide objects their rest."""
    if isinstance(value, dict | list):
        return tree(value)
    return _scalar(value)


def tree(value: Any) -> Markup:
    """Nested lists of keys and values; everything is escaped. At most 400 entries and 12 levels."""
    return Markup('<div class="tree">{}</div>').format(_branch(value, 1, _Budget(MAX_ENTRIES)))


def without_aliases(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The members without the snake_case spellings that intake added beside the client's own."""
    added = {
        alias
        for key, value in mapping.items()
        if (alias := normalize_key(key)) != key and alias in mapping and mapping[alias] == value
    }
    return {key: value for key, value in mapping.items() if key not in added}


class _Budget:
    def __init__(self, entries: int) -> None:
        self.left = entries

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _branch(value: Any, depth: int, budget: _Budget) -> str | Markup:
    if not isinstance(value, dict | list):
        return _scalar(value)
    if not value:
        return Markup('<span class="muted">{}</span>').format("{}" if isinstance(value, dict) else "[]")
    if depth > MAX_DEPTH:
        return "…"
    named = without_aliases(value).items() if isinstance(value, dict) else enumerate(value)
    items = []
    for key, item in named:
        if not budget.take():
            items.append(Markup("<li>…</li>"))
            break
        items.append(
            Markup('<li><span class="key">{}</span> {}</li>').format(
                middle_cut(str(key), 200), _branch(item, depth + 1, budget)
            )
        )
    return Markup("<ul>{}</ul>").format(Markup("").join(items))


def _scalar(value: Any) -> str | Markup:
    if value == REDACTED:
        return _REDACTED_MARKUP
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(middle_cut(str(value), MAX_TEXT))
