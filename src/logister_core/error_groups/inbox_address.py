"""Addresses of the inbox that keep what somebody looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from logister_core.error_groups.inbox_state import EVERYONE, InboxState
from logister_core.error_groups.search.terms import Search
from logister_core.web.formatting import machine_time


@dataclass(frozen=True, slots=True)
class InboxAddress:
    """`path` is the inbox of a project or of all of them, `search` the text of `state` understood."""

    path: str
    state: InboxState
    search: Search

    def listing(self, filter: str | None = None) -> str:
        """The first page of this list, or of another one with the same search."""
        state = self.state.first_page(filter)
        if filter is not None:
            # `is:resolved` names a list itself, and would not let another be opened.
            state = replace(state, q=self.search.without_statuses())
        return self._with(state.parameters())

    def here(self) -> str:
        """This very page."""
        return self._with(self.state.parameters())

    def page(self, cursor: str) -> str:
        return self._with(self.state.first_page().parameters() | {"cursor": cursor})

    def group(self, uuid: UUID, **more: str) -> str:
        return self._with(self.state.parameters() | {"group_uuid": str(uuid)} | more)

    def groups(self) -> Callable[[str], str]:
        """As `group`, for many of them."""
        before = self._with(self.state.parameters() | {"group_uuid": ""})
        return lambda uuid: f"{before}{uuid}"

    def without_search(self) -> str:
        return self._with(replace(self.state.first_page(), q="").parameters())

    def of_everyone(self) -> str:
        return self._with(replace(self.state.first_page(), assignee=EVERYONE).parameters())

    def news(self, since: datetime) -> str:
        """What has come to this list since; a script asks."""
        parameters = self.state.first_page().parameters() | {"since": machine_time(since)}
        return f"{self.path}/news?{urlencode(parameters)}"

    def offers(self) -> str:
        """What the search can be completed with; a script asks."""
        return f"{self.path}/offers"

    def _with(self, parameters: dict[str, str]) -> str:
        return f"{self.path}?{urlencode(parameters)}"
