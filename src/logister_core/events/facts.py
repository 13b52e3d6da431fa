"""One fact of a context as its page shows it: a label, a value, what else has the same value, what can be copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from logister_core.events.values import shown_value, without_aliases
from logister_core.redaction import REDACTED

# Shorter values are typed sooner than copied.
COPIED_FROM = 8
COPIED_TO = 8_000


class Fact(NamedTuple):
    """What the macro `facts` reads. `href` and `copied` are None where there is nothing to filter by or to copy."""

    label: str
    value: str | Markup
    href: str | None = None
    copied: str | None = None


def fact(label: str, value: Any, href: str | None = None) -> Fact:
    """`value` has passed the redactor; Markup is taken as it is."""
    if isinstance(value, Markup):
        return Fact(label[:200], value, href)
    scalar = isinstance(value, str | int | float) and not isinstance(value, bool) and value != REDACTED
    text = str(value) if scalar else ""
    return Fact(label[:200], shown_value(value), href, text if COPIED_FROM <= len(text) <= COPIED_TO else None)


def facts_of(values: Any) -> list[Fact]:
    """A fact for each member of an object; nothing for anything else."""
    if not isinstance(values, Mapping):
        return []
    return [fact(key, value) for key, value in without_aliases(values).items()]
