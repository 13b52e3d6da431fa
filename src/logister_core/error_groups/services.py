"""What people decide about groups (specification, grouping chapter §7.1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.error_groups.history.models import ChangeKind
from logister_core.error_groups.history.recording import Action, change
from logister_core.error_groups.locking import locked_groups
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.notices import workflow_intent
from logister_core.error_groups.snooze import Condition, words
from logister_core.error_groups.transitions import KINDS_OF_CLOSING, Resolution, changes_for
from logister_core.ingest.models import IngestEvent
from logister_core.notifications.models import IntentKind
from logister_core.projects.models import Project

if TYPE_CHECKING:
    from logister_core.types import Request

# A group, the columns to set and what the history says beside.
_Change = tuple[ErrorGroup, dict[str, Any], dict[str, Any]]


class TriageService:
    """All that one of these does is one action, which is taken back as a whole (`action.uuid`)."""

    def __init__(self, session: Session, clock: Callable[[], datetime], user: User | None = None) -> None:
        self._session = session
        self.action = Action(clock(), user)

    @classmethod
    def from_request(cls, context: object, request: Request) -> TriageService:
        return cls(request.db, request.registry.clock, request.user)

    def locked(self, project: Project, uuid: UUID) -> ErrorGroup | None:
        """The project's group of that UUID as it is now; until commit nobody else counts or decides about it."""
        found = self.locked_of([project.id], [uuid])
        return found[0] if found else None

    def locked_of(self, project_ids: Collection[int], uuids: Collection[UUID]) -> Sequence[ErrorGroup]:
        """Those that there are of the projects' groups with these UUIDs, by id."""
        of_projects = select(ErrorGroup.id).where(
            ErrorGroup.project_id.in_(project_ids), ErrorGroup.uuid.in_(uuids), ErrorGroup.merged_into_id.is_(None)
        )
        return locked_groups(self._session, self._session.scalars(of_projects).all())

    def apply(
        self,
        action: str,
        groups: Collection[ErrorGroup],
        *,
        resolution: Resolution = Resolution.NOW,
        condition: Condition | None = None,
    ) -> list[ErrorGroup]:
        """Resolve, ignore, archive, snooze or reopen locked groups; those that were not closed, or open, like that.

        A repetition changes nothing: the time of closing decides which later occurrence proves a return, and a second
        click must not move it, nor count a second reopening.
        """
        releases = self._latest_releases(groups) if action == "resolve" else {}
        changed = []
        for group in groups:
            values = changes_for(
                action,
                now=self.action.at,
                latest_release=releases.get(group.id),
                reopen_count=group.reopen_count,
                resolution=resolution,
                condition=condition,
            )
            if any(values[name] != getattr(group, name) for name in KINDS_OF_CLOSING):
                # Counting starts anew; it is no decision of anybody, so it is not part of the history.
                group.snooze_progress = {}
                changed.append((group, values, _details(values)))
        return self._change(ChangeKind(action), changed, IntentKind.STATUS_CHANGE)

    def assign(self, groups: Collection[ErrorGroup], person: User | None) -> list[ErrorGroup]:
        """Give locked groups to somebody assignable, or to nobody; those that were somebody else's."""
        user = self.action.user
        values = {
            "assigned_user_id": None if person is None else person.id,
            "assigned_by_user_id": None if person is None or user is None else user.id,
            "assigned_at": None if person is None else self.action.at,
        }
        details = {} if person is None else {"to": person.display_name}
        changed = [(group, values, details) for group in groups if group.assigned_user_id != values["assigned_user_id"]]
        return self._change(ChangeKind.ASSIGN, changed, None if person is None else IntentKind.ASSIGNMENT)

    def _change(self, kind: ChangeKind, changed: list[_Change], owed: IntentKind | None) -> list[ErrorGroup]:
        for group, values, details in changed:
            change(self._session, group, kind, values, self.action, details=details | {"errors": len(changed)})
            if owed is not None:
                self._session.add(workflow_intent(group, owed, self.action))
        return [group for group, _, _ in changed]

    def _latest_releases(self, groups: Collection[ErrorGroup]) -> dict[int, str | None]:
        """Release of the latest event by group; the last one known where that event is gone."""
        releases = {group.id: group.last_seen_release for group in groups}
        latest = {group.latest_event_id: group.id for group in groups if group.latest_event_id is not None}
        times = [group.latest_event_occurred_at for group in groups if group.latest_event_occurred_at is not None]
        if times:
            found = select(IngestEvent.id, IngestEvent.release).where(
                IngestEvent.id.in_(latest),
                # The partitions to look into.
                IngestEvent.occurred_at.between(min(times), max(times)),
            )
            releases |= {latest[event_id]: release for event_id, release in self._session.execute(found)}
        return releases


def _details(values: dict[str, Any]) -> dict[str, Any]:
    """What the history says of a change of status."""
    details = {"release": values.get("resolved_in_release"), "resolution": values["resolution"]}
    if values["snooze"]:
        details["until"] = words(values["snooze"])
    return {name: value for name, value in details.items() if value}
