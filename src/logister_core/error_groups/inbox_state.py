"""What part of the inbox a person looks at, as its address says it (specification, grouping chapter §8.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from logister_core.security.inputs import one_line

DEFAULT_FILTER = "unresolved"
# Filter -> its word on the page, in the order of the links.
FILTERS: Mapping[str, str] = {
    DEFAULT_FILTER: "Open",
    "introduced_today": "New today",
    "resolved": "Resolved",
    "ignored": "Ignored",
    "archived": "Archived",
    "all": "All",
}
MAX_SEARCH = 200


@dataclass(frozen=True, slots=True)
class InboxState:
    """Values are valid: an unknown filter means open errors, a search is one trimmed line of at most 200 characters.

    `cursor` is where a page starts, as sent; it is only read together with filter and search, which it must fit.
    """

    filter: str = DEFAULT_FILTER
    q: str = ""
    cursor: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> InboxState:
        wanted = params.get("filter", DEFAULT_FILTER)
        return cls(
            filter=wanted if wanted in FILTERS else DEFAULT_FILTER,
            q=one_line(params.get("q"))[:MAX_SEARCH].rstrip(),
            cursor=params.get("cursor", ""),
        )

    def first_page(self, filter: str | None = None) -> InboxState:
        """The same search from its first page, with another filter if one is given."""
        return replace(self, filter=filter or self.filter, cursor="")

    def parameters(self) -> dict[str, str]:
        """What the address needs to show this again; empty values are left out."""
        found = {"filter": self.filter, "q": self.q, "cursor": self.cursor}
        return {name: value for name, value in found.items() if value}
