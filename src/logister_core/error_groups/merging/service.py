"""Merging groups and taking them apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from logister_core.error_groups.history.models import ChangeKind, ErrorGroupChange
from logister_core.error_groups.history.recording import Action, change, change_row
from logister_core.error_groups.locking import locked_groups, redirect_keys
from logister_core.error_groups.merging.shares import is_part_of, make_own_share, sum_up
from logister_core.error_groups.models import ErrorGroup, ErrorGroupKey, ErrorOccurrence
from logister_core.error_groups.services import TriageService
from logister_core.error_groups.story import full_title

if TYPE_CHECKING:
    from logister_core.types import Request


class Merging:
    """Every method but `locked` wants groups that it locked; the projector stays away from the project until commit."""

    def __init__(self, session: Session, action: Action) -> None:
        self._session = session
        self._action = action

    @classmethod
    def from_request(cls, context: object, request: Request) -> Merging:
        return cls(request.db, request.find_service(TriageService).action)

    def locked(self, project_id: int, uuids: Collection[UUID]) -> Sequence[ErrorGroup]:
        """Those that there are of the project's groups with these UUIDs, by id; hidden ones too, and with them the
        groups they are part of and all parts of these.
        """
        redirect_keys(self._session, project_id)
        wanted = select(ErrorGroup.id, ErrorGroup.merged_into_id).where(
            ErrorGroup.project_id == project_id, ErrorGroup.uuid.in_(uuids)
        )
        found = self._session.execute(wanted).all()
        groups = self.locked_with_parts({id for row in found for id in row if id is not None})
        chosen = {row.id for row in found}
        return [group for group in groups if group.id in chosen]

    def locked_with_parts(self, ids: Collection[int]) -> Sequence[ErrorGroup]:
        parts = select(ErrorGroup.id).where(or_(ErrorGroup.id.in_(ids), ErrorGroup.merged_into_id.in_(ids)))
        return locked_groups(self._session, self._session.scalars(parts).all())

    def merge(self, groups: Sequence[ErrorGroup]) -> ErrorGroup:
        """Make one group of several and return it: an open one rather than a closed one, then the one with the most
        events, whose occurrences stay where they are, then the oldest.
        """
        target = min(groups, key=lambda group: (not group.open, -group.occurrence_count, group.id))
        merged = [group for group in groups if group is not target]
        for group in merged:
            for part in self._parts(group):
                # Written first, so that it is taken back last, when the group it belonged to stands alone again.
                self._record(part, ChangeKind.MERGED, target, {"into": full_title(target)})
            self._record(group, ChangeKind.MERGED, target, {"into": full_title(target)})
        for group in merged:
            self._carry_all(group, target)
        names = [full_title(group) for group in merged]
        change(self._session, target, ChangeKind.MERGE, {}, self._action, details={"names": names})
        sum_up(self._session, target, self._action.at)
        return target

    def take_out(self, part: ErrorGroup) -> ErrorGroup | None:
        """Make a part a group of its own again; the group it was part of, None when it is no part."""
        if not is_part_of(self._session, part):
            return None
        whole = self._session.get_one(ErrorGroup, part.merged_into_id)
        self._record(part, ChangeKind.UNMERGED, None, {"from": full_title(whole)})
        change(self._session, whole, ChangeKind.UNMERGE, {}, self._action, details={"names": [full_title(part)]})
        self.move(part, None)
        return whole

    def move(self, part: ErrorGroup, to: ErrorGroup | None) -> None:
        """Carry a part to another group, or to itself with None; a group that is no part becomes one of `to`."""
        whole = None if part.merged_into_id is None else self._session.get_one(ErrorGroup, part.merged_into_id)
        if whole is None:
            if to is not None:
                self._carry_all(part, to)
        else:
            home = part if to is None else self._prepared(to)
            origin = None if home is part else part.id
            for table in (ErrorGroupKey, ErrorOccurrence):
                self._session.execute(
                    update(table)
                    .where(table.error_group_id == whole.id, table.merged_from_id == part.id)
                    .values(error_group_id=home.id, merged_from_id=origin)
                    .execution_options(synchronize_session=False)
                )
            part.merged_into_id = None if home is part else home.id
            part.updated_at = self._action.at
            sum_up(self._session, whole, self._action.at)
        if to is not None:
            sum_up(self._session, to, self._action.at)

    def _carry_all(self, group: ErrorGroup, target: ErrorGroup) -> None:
        """All that leads to `group`, and all its parts, to `target`; `group` is a part like the others then."""
        self._prepared(target)
        if group.own_share_id is not None:
            sum_up(self._session, group, self._action.at, own_only=True)
        for table in (ErrorGroupKey, ErrorOccurrence):
            self._session.execute(
                update(table)
                .where(table.error_group_id == group.id)
                .values(error_group_id=target.id, merged_from_id=func.coalesce(table.merged_from_id, group.id))
                .execution_options(synchronize_session=False)
            )
        for part in self._parts(group):
            part.merged_into_id = target.id
        group.merged_into_id = target.id
        group.updated_at = self._action.at
        self._session.flush()

    def _prepared(self, target: ErrorGroup) -> ErrorGroup:
        if target.own_share_id is None:
            make_own_share(self._session, target)
        return target

    def _parts(self, group: ErrorGroup) -> Sequence[ErrorGroup]:
        parts = select(ErrorGroup).where(ErrorGroup.merged_into_id == group.id)
        return [part for part in self._session.scalars(parts) if part.id != group.own_share_id]

    def _record(self, part: ErrorGroup, kind: ChangeKind, to: ErrorGroup | None, details: dict[str, Any]) -> None:
        """Tell where a part goes; it follows when it is carried over."""
        before, after = {"merged_into_id": part.merged_into_id}, {"merged_into_id": None if to is None else to.id}
        row = change_row(part.id, kind, self._action, before, after=after, details=details)
        self._session.add(ErrorGroupChange(**row))
