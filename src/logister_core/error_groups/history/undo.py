"""Taking back what a person did, for as long as nobody changed the same since."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.error_groups.history.models import ChangeKind, ErrorGroupChange
from logister_core.error_groups.history.recording import Action, restored, stored
from logister_core.error_groups.links.undoing import LINK_KINDS, put_link_back, standing
from logister_core.error_groups.locking import locked_groups, redirect_keys
from logister_core.error_groups.merging.service import Merging
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.notices import dedup_keys
from logister_core.notifications.models import NotificationIntent

if TYPE_CHECKING:
    from logister_core.types import Request

_MOVES = (ChangeKind.MERGED, ChangeKind.UNMERGED)


@dataclass(frozen=True, slots=True)
class Undone:
    """`groups` were put back; of `changed_since` somebody or something changed the same facts after the action."""

    groups: list[ErrorGroup]
    changed_since: list[ErrorGroup]


class UndoService:
    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock

    @classmethod
    def from_request(cls, context: object, request: Request) -> UndoService:
        return cls(request.db, request.registry.clock)

    def undo(self, project_ids: Collection[int], action: UUID, user: User) -> Undone | None:
        """Put back what the person's action changed in the projects; None when there is no such action of theirs.

        Each group is judged by itself, and only by the facts that the action touched: who resolved an error may take
        that back although somebody else assigned it meanwhile. A second time changes nothing.
        """
        rows = self._rows(project_ids, action, user)
        if not rows:
            return None
        action_now = Action(self._clock(), user)
        merging = Merging(self._session, action_now)
        groups = self._locked(rows, merging)
        outcome, silent = Undone([], []), []
        for row in rows:
            group = groups[row.error_group_id]
            if row.undone_at is not None:
                continue
            if not row.before:
                silent.append(row)
            elif self._touched(row, group) or not self._put_back(row, group, groups, merging):
                outcome.changed_since.append(group)
            else:
                group.updated_at = row.undone_at = action_now.at
                outcome.groups.append(group)
        for row in silent if outcome.groups else ():
            # It only tells what the others were part of.
            row.undone_at = action_now.at
        self._owe_nothing(action, outcome.groups)
        return outcome

    def _locked(self, rows: list[ErrorGroupChange], merging: Merging) -> dict[int, ErrorGroup]:
        """The groups of the rows, and those that they are merged into or come out of."""
        ids = {row.error_group_id for row in rows}
        moved = [row for row in rows if row.kind in _MOVES]
        if not moved:
            return {group.id: group for group in locked_groups(self._session, ids)}
        projects = select(ErrorGroup.project_id).where(ErrorGroup.id.in_({row.error_group_id for row in moved}))
        for project_id in self._session.scalars(projects.distinct().order_by(ErrorGroup.project_id)):
            redirect_keys(self._session, project_id)
        wholes = {side["merged_into_id"] for row in moved for side in (row.before, row.after)} - {None}
        return {group.id: group for group in merging.locked_with_parts(ids | wholes)}

    def _put_back(
        self, row: ErrorGroupChange, group: ErrorGroup, groups: dict[int, ErrorGroup], merging: Merging
    ) -> bool:
        """False where the group would return into one that is itself part of another by now."""
        if row.kind in _MOVES:
            whole = None if row.before["merged_into_id"] is None else groups[row.before["merged_into_id"]]
            if whole is not None and whole.merged_into_id is not None:
                return False
            merging.move(group, whole)
            return True
        if row.kind in LINK_KINDS:
            put_link_back(self._session, row)
            return True
        for name, value in row.before.items():
            setattr(group, name, restored(name, value))
        return True

    def _rows(self, project_ids: Collection[int], action: UUID, user: User) -> list[ErrorGroupChange]:
        """Locked, so that two clicks count once."""
        change = ErrorGroupChange
        of_projects = select(ErrorGroup.id).where(ErrorGroup.project_id.in_(project_ids))
        found = (
            select(change)
            .where(change.action_uuid == action, change.user_id == user.id, change.error_group_id.in_(of_projects))
            .order_by(change.id.desc())
            .with_for_update()
        )
        return list(self._session.scalars(found))

    def _touched(self, row: ErrorGroupChange, group: ErrorGroup) -> bool:
        if row.kind in LINK_KINDS:
            return row.id not in standing(self._session, [row])
        return any(stored(getattr(group, name)) != value for name, value in row.after.items())

    def _owe_nothing(self, action: UUID, groups: list[ErrorGroup]) -> None:
        """Nobody is to be told of what was taken back."""
        keys = [key for group in groups for key in dedup_keys(group, action)]
        self._session.execute(delete(NotificationIntent).where(NotificationIntent.dedup_key.in_(keys)))
