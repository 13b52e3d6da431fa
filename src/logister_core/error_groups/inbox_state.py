"""What part of the inbox a person looks at, as its address says it (specification, grouping chapter §8.1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from logister_core.error_groups.search.terms import Search
from logister_core.security.inputs import canonical_uuid, one_line

DEFAULT_FILTER = "unresolved"
# Filter -> its word on the page, in the order of the links.
FILTERS: Mapping[str, str] = {
    DEFAULT_FILTER: "Open",
    "introduced_today": "New today",
    "regressed": "Regressed",
    "resolved": "Resolved",
    "ignored": "Ignored",
    "archived": "Archived",
    "all": "All",
}
EVERYONE, ME, UNASSIGNED, ASSIGNED = "all", "me", "unassigned", "assigned"
ASSIGNEES = (EVERYONE, ME, UNASSIGNED, ASSIGNED)
DEFAULT_SORT = "last_seen"
SORTS: Mapping[str, str] = {
    DEFAULT_SORT: "Last seen",
    "first_seen": "First seen",
    "events": "Most events",
    "attention": "Regressed or new first",
}
MAX_SEARCH = 200


@dataclass(frozen=True, slots=True)
class InboxState:
    """Values are valid: an unknown filter means open errors, an unknown sort the last seen first, a search is one
    trimmed line of at most 200 characters. `assignee` is a word or a UUID in its usual form, which may be nobody's
    before `settled`.

    `cursor` is where a page starts, as sent; it is only read together with the rest, which it must fit.
    """

    filter: str = DEFAULT_FILTER
    q: str = ""
    cursor: str = ""
    assignee: str = EVERYONE
    sort: str = DEFAULT_SORT

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> InboxState:
        wanted, sort = params.get("filter", DEFAULT_FILTER), params.get("sort", DEFAULT_SORT)
        return cls(
            filter=wanted if wanted in FILTERS else DEFAULT_FILTER,
            q=one_line(params.get("q"))[:MAX_SEARCH].rstrip(),
            cursor=params.get("cursor", ""),
            assignee=_assignee(params.get("assignee", EVERYONE)),
            sort=sort if sort in SORTS else DEFAULT_SORT,
        )

    def settled(self, search: Search, people: Collection[str], viewer: str) -> InboxState:
        """With everyone for an assignee who is none of `people` (UUIDs), and the list that the search names."""
        assignee = ME if self.assignee == viewer else self.assignee
        if assignee not in ASSIGNEES and assignee not in people:
            assignee = EVERYONE
        return replace(self, assignee=assignee, filter=_filter(self.filter, search.statuses))

    def first_page(self, filter: str | None = None) -> InboxState:
        """The same search from its first page, with another filter if one is given."""
        return replace(self, filter=filter or self.filter, cursor="")

    def parameters(self) -> dict[str, str]:
        """What the address needs to show this again; what goes without saying is left out."""
        found = {
            "filter": self.filter,
            "q": self.q,
            "assignee": "" if self.assignee == EVERYONE else self.assignee,
            "sort": "" if self.sort == DEFAULT_SORT else self.sort,
            "cursor": self.cursor,
        }
        return {name: value for name, value in found.items() if value}


def _assignee(wanted: str) -> str:
    if wanted in ASSIGNEES:
        return wanted
    uuid = canonical_uuid(wanted)
    return EVERYONE if uuid is None else str(uuid)


def _filter(stated: str, statuses: Collection[str]) -> str:
    """`is:resolved` in the search means the list of resolved errors, whichever was open; several mean all."""
    named = set(statuses)
    if not named or named == {stated}:
        return stated
    return named.pop() if len(named) == 1 else "all"
