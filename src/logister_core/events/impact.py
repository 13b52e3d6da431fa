"""Where and for whom an error happens: which releases, environments, routes and so on its latest occurrences name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from logister_core.web.formatting import middle_cut

SHOWN = 5
MAX_VALUE = 120

# Column -> the words above its values.
_FACETS = {
    "release": "Release",
    "environment": "Environment",
    "service": "Service",
    "transaction_name": "Transaction",
    "culprit": "Place",
    "level": "Level",
}


class RecentFacts(NamedTuple):
    """What is counted of one occurrence."""

    end_user_id: str | None
    session_id: str | None
    release: str | None
    environment: str
    service: str | None
    transaction_name: str | None
    culprit: str | None
    level: str | None


@dataclass(frozen=True, slots=True)
class Share:
    value: str
    count: int
    percent: int
    # 1 to 99, since there are others.


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one fact, the most frequent first; `others` are the values not listed."""

    title: str
    shares: list[Share]
    others: int


@dataclass(frozen=True, slots=True)
class Impact:
    """`among` occurrences were looked at; `people` and `sessions` are None when no occurrence names one. `varied`
    holds only facts with at least two values: what is always the same stands in the context.
    """

    among: int
    people: int | None
    sessions: int | None
    varied: list[Facet]


def impact(rows: Sequence[RecentFacts]) -> Impact:
    facets = []
    for column, title in _FACETS.items():
        counts = Counter(value for row in rows if (value := getattr(row, column)))
        if len(counts) < 2:
            continue
        # Equal counts stand in alphabetical order, so that a page does not change by itself.
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        shares = [Share(middle_cut(value, MAX_VALUE), count, min(max(round(100 * count / len(rows)), 1), 99))
                  for value, count in ordered[:SHOWN]]  # fmt: skip
        facets.append(Facet(title, shares, len(ordered) - len(shares)))
    people = len({row.end_user_id for row in rows if row.end_user_id})
    sessions = len({row.session_id for row in rows if row.session_id})
    return Impact(len(rows), people or None, sessions or None, facets)
