"""Whose groups a list shows, and to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal

from logister_core.db.among import among
from logister_core.error_groups.inbox_state import ASSIGNED, EVERYONE, ME, UNASSIGNED, InboxState
from logister_core.error_groups.models import ErrorGroup
from logister_core.projects.people import Person
from logister_core.projects.queries import KnownProject


@dataclass(frozen=True, slots=True)
class InboxScope:
    """One project, or all active ones of a person.

    `owner` is what cursors are bound to: the project's UUID or the person's. `people` are those who can be assigned
    in any of the projects, `viewer` is one of them.
    """

    SHOWN: ClassVar[ColumnElement[bool]] = ErrorGroup.merged_into_id.is_(None)

    owner: UUID
    projects: Mapping[int, KnownProject]
    people: Sequence[Person]
    viewer: Person

    @property
    def uuids(self) -> frozenset[str]:
        return frozenset(str(person.uuid) for person in self.people)

    @property
    def addresses(self) -> dict[str, int]:
        return {person.email: person.id for person in self.people}

    def of_projects(self) -> ColumnElement[bool]:
        """The groups there are; those merged into others are not."""
        if len(self.projects) == 1:
            [project_id] = self.projects
            of_them = ErrorGroup.project_id == project_id
        else:
            of_them = among(ErrorGroup.project_id, self.projects)
        return and_(of_them, self.SHOWN)

    def assigned(self, state: InboxState) -> list[ColumnElement[bool]]:
        """What the assignee of a settled state asks of groups."""
        return self.assigned_to(state.assignee, literal(self.assignee_id(state)))

    @staticmethod
    def assigned_to(assignee: str, id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """As `assigned`; `id` is that of the person whom `assignee` means unless it is one of the other words."""
        if assignee == EVERYONE:
            return []
        if assignee == UNASSIGNED:
            return [ErrorGroup.assigned_user_id.is_(None)]
        if assignee == ASSIGNED:
            return [ErrorGroup.assigned_user_id.is_not(None)]
        return [ErrorGroup.assigned_user_id == id]

    def assignee_id(self, state: InboxState) -> int:
        """Of the one whose groups are wanted; 0, which is nobody's, when that is no person."""
        if state.assignee == ME:
            return self.viewer.id
        return next((person.id for person in self.people if str(person.uuid) == state.assignee), 0)
