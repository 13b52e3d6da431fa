"""What lists read of a group: a page has a hundred of them, and whole objects would cost more than everything else."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Text, cast

from logister_core.accounts.models import User
from logister_core.error_groups.models import ErrorGroup, GroupStatus


class ListedGroup(NamedTuple):
    """Fields have the names and meanings of `ErrorGroup`, but for the last two: name and address of the assignee, unset
    where there is none. Two are JSON as text, nearly always empty.
    """

    id: int
    uuid: UUID
    project_id: int
    title: str
    subtitle: str | None
    culprit: str | None
    stage: str
    status: str
    occurrence_count: int
    people_count: int
    latest_route: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    regression_text: str
    snooze_text: str
    assignee_name: str | None
    assignee_email: str | None

    @property
    def open(self) -> bool:
        return self.status == GroupStatus.UNRESOLVED

    @property
    def current_regression(self) -> dict[str, Any]:
        return _read(self.regression_text)

    @property
    def snooze(self) -> dict[str, Any]:
        return _read(self.snooze_text)

    @property
    def owner(self) -> str | None:
        """Name, else address, of who has the error."""
        return self.assignee_name or self.assignee_email


def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {} if text == "{}" else orjson.loads(text)
    return found


COLUMNS: tuple[Any, ...] = (
    *(getattr(ErrorGroup, name) for name in ListedGroup._fields[:-4]),
    cast(ErrorGroup.current_regression, Text),
    cast(ErrorGroup.snooze, Text),
    User.name,
    User.email,
)
