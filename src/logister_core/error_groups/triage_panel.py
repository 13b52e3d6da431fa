"""What the head of an error offers to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.error_groups.links.models import ErrorGroupLink
from logister_core.error_groups.links.service import links_of
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.story import full_title
from logister_core.projects.people import Person

# A filter box helps only where the list no longer fits a glance.
FILTER_FROM = 9


@dataclass(frozen=True, slots=True)
class Assignee:
    uuid: UUID
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A group that was merged into this one; `events` are those of its own keys."""

    uuid: UUID
    title: str
    events: int


@dataclass(frozen=True, slots=True)
class TriagePanel:
    """`fields` are the hidden fields of all forms. `viewer` is who looks, None for nobody of the project; `people` are
    the others, by address. `assigned` is the name of who has the error, `parts` what was merged into it,
    `links` its issues and pull requests elsewhere.
    """

    uuid: UUID
    open: bool
    fields: list[tuple[str, str]]
    viewer: Assignee | None
    people: list[Assignee]
    assigned: str | None
    parts: list[Part]
    links: Sequence[ErrorGroupLink]

    @property
    def filtered(self) -> bool:
        return len(self.people) >= FILTER_FROM


def triage_panel(
    session: Session, group: ErrorGroup, people: Sequence[Person], viewer: User | None, fields: list[tuple[str, str]]
) -> TriagePanel:
    """`people` are those of the group's project."""
    assignees = [
        (person.id, Assignee(person.uuid, person.label, person.id == group.assigned_user_id)) for person in people
    ]
    own = None if viewer is None else viewer.id
    return TriagePanel(
        uuid=group.uuid,
        open=group.open,
        fields=fields,
        viewer=next((person for id, person in assignees if id == own), None),
        people=[person for id, person in assignees if id != own],
        assigned=next((person.label for _, person in assignees if person.current), None),
        parts=_parts(session, group),
        links=links_of(session, group),
    )


def _parts(session: Session, group: ErrorGroup) -> list[Part]:
    if group.own_share_id is None:
        return []
    parts = select(ErrorGroup).where(ErrorGroup.merged_into_id == group.id, ErrorGroup.id != group.own_share_id)
    return [
        Part(part.uuid, full_title(part), part.occurrence_count)
        for part in session.scalars(parts.order_by(ErrorGroup.occurrence_count.desc(), ErrorGroup.id))
    ]
