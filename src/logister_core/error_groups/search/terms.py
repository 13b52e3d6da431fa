"""What a search asks for, once its text is understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Key(StrEnum):
    """What a term is about; `TEXT` is written without a key."""

    TEXT = "text"
    IS = "is"
    ASSIGNED = "assigned"
    RELEASE = "release"
    INTRODUCED = "introduced"
    REGRESSED = "regressed"
    # Two of the three ways in which a release can matter to a group.
    ENV = "env"
    LEVEL = "level"


class Is(StrEnum):
    """The values of `is:`. The last two are facts about open groups, the others the status of a group."""

    UNRESOLVED = "unresolved"
    RESOLVED = "resolved"
    IGNORED = "ignored"
    ARCHIVED = "archived"
    SNOOZED = "snoozed"
    NEW = "new"
    REGRESSED = "regressed"


# Status -> the list that holds such groups: snoozed ones are ignored until something happens.
STATUSES = {
    Is.UNRESOLVED: "unresolved",
    Is.RESOLVED: "resolved",
    Is.IGNORED: "ignored",
    Is.ARCHIVED: "archived",
    Is.SNOOZED: "ignored",
}


class Assigned(StrEnum):
    """The values of `assigned:` beside addresses of people."""

    ME = "me"
    NONE = "none"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `raw` is what was typed for it, `prefix` whether `value` is only how the text begins."""

    key: Key
    value: str
    raw: str
    negated: bool = False
    prefix: bool = False

    @property
    def status(self) -> bool:
        return self.key is Key.IS and self.value in STATUSES


@dataclass(frozen=True, slots=True)
class Search:
    """Terms in the order they were typed, and a sentence for each thing that was not understood."""

    terms: tuple[Term, ...] = ()
    mistakes: tuple[str, ...] = ()

    @property
    def statuses(self) -> tuple[str, ...]:
        """The lists of the statuses asked for with `is:`; they replace the one that is open."""
        return tuple(STATUSES[Is(term.value)] for term in self.terms if term.status and not term.negated)

    @property
    def addresses(self) -> frozenset[str]:
        """The people named with `assigned:`, by their e-mail address."""
        named = (term.value for term in self.terms if term.key is Key.ASSIGNED)
        return frozenset(value for value in named if "@" in value)

    def without_statuses(self) -> str:
        """The text of the search for another list."""
        return joined(term for term in self.terms if not term.status)


def joined(terms: Iterable[Term]) -> str:
    return " ".join(term.raw for term in terms)
