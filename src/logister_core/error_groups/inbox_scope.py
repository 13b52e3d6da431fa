"""Whose groups a list shows, and to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false

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
        if state.assignee == EVERYONE:
            return []
        if state.assignee == UNASSIGNED:
            return [ErrorGroup.assigned_user_id.is_(None)]
        if state.assignee == ASSIGNED:
            return [ErrorGroup.assigned_user_id.is_not(None)]
        wanted = self.viewer if state.assignee == ME else self._person(state.assignee)
        return [false()] if wanted is None else [ErrorGroup.assigned_user_id == wanted.id]

    def _person(self, uuid: str) -> Person | None:
        return next((person for person in self.people if str(person.uuid) == uuid), None)
