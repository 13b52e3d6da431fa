"""The history of a group, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from logister_core.accounts.models import User
from logister_core.error_groups.history.models import ChangeKind, ErrorGroupChange
from logister_core.error_groups.history.recording import stored
from logister_core.error_groups.links.undoing import LINK_KINDS, standing
from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.transitions import Resolution
from logister_core.web.formatting import middle_cut

if TYPE_CHECKING:
    from logister_core.types import Request

SHOWN = 100
_MAX_NAMES = 3
_MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """`who` is empty where nobody did it. `action` is set when the viewer may take it back, `errors` for how many."""

    who: str
    what: str
    at: datetime
    undone_at: datetime | None
    action: UUID | None
    errors: int


@dataclass(frozen=True, slots=True)
class History:
    """Newest first; `cut` when there is more than is shown."""

    lines: list[HistoryLine]
    cut: bool


class HistoryQuery:
    def __init__(self, session: Session) -> None:
        self._session = session

    @classmethod
    def from_request(cls, context: object, request: Request) -> HistoryQuery:
        return cls(request.db)

    def of(self, group: ErrorGroup, viewer: User | None) -> History:
        rows = self._session.scalars(
            select(ErrorGroupChange)
            .where(ErrorGroupChange.error_group_id == group.id)
            .order_by(ErrorGroupChange.id.desc())
            .limit(SHOWN + 1)
            .options(joinedload(ErrorGroupChange.user))
        ).all()
        links = standing(self._session, rows[:SHOWN])
        lines = [_line(row, group, viewer, links) for row in rows[:SHOWN]]
        cut = len(rows) > SHOWN
        if not cut:
            place = f" in {group.introduced_in_release}" if group.introduced_in_release else ""
            lines.append(HistoryLine("", f"First seen{place}", group.first_seen_at, None, None, 1))
        return History(lines, cut)

    def closed_by(self, group: ErrorGroup, kind: ChangeKind) -> str | None:
        """Who did `kind` to the group last and was not taken back; None when nobody is known."""
        row = self._session.scalar(
            select(ErrorGroupChange)
            .where(
                ErrorGroupChange.error_group_id == group.id,
                ErrorGroupChange.kind == kind.value,
                ErrorGroupChange.undone_at.is_(None),
            )
            .order_by(ErrorGroupChange.id.desc())
            .limit(1)
            .options(joinedload(ErrorGroupChange.user))
        )
        return None if row is None or row.user is None else row.user.display_name


def _line(row: ErrorGroupChange, group: ErrorGroup, viewer: User | None, links: Collection[int]) -> HistoryLine:
    """`links` are the ids of changes of links that still stand."""
    own = viewer is not None and row.user_id == viewer.id and row.undone_at is None
    if row.kind in LINK_KINDS:
        stands = row.id in links
    else:
        stands = all(stored(getattr(group, name)) == value for name, value in row.after.items())
    return HistoryLine(
        who=_who(row),
        what=_WORDS[ChangeKind(row.kind)](row.details),
        at=row.made_at,
        undone_at=row.undone_at,
        action=row.action_uuid if own and stands else None,
        errors=row.details.get("errors", 1),
    )


def _who(row: ErrorGroupChange) -> str:
    if row.user is not None:
        return row.user.display_name
    return "" if row.kind in (ChangeKind.REGRESS, ChangeKind.WAKE) else "Somebody who left"


def _resolved(details: dict[str, Any]) -> str:
    if details.get("resolution") == Resolution.FOR_GOOD:
        return "resolved it for good"
    release = details.get("release")
    if details.get("resolution") == Resolution.NEXT_RELEASE:
        return f"resolved it in the release after {release}" if release else "resolved it in the next release"
    return f"resolved it in {release}" if release else "resolved it"


def _assigned(details: dict[str, Any]) -> str:
    return f"assigned it to {details['to']}" if details.get("to") else "cleared the assignment"


def _regressed(details: dict[str, Any]) -> str:
    return f"Came back in {details['release']}" if details.get("release") else "Came back"


def _quoted(names: list[str]) -> str:
    """The first few, each closed in itself where it is written from right to left."""
    shown = [f"“\u2068{middle_cut(name, _MAX_NAME)}\u2069”" for name in names[:_MAX_NAMES]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


_WORDS: Mapping[ChangeKind, Callable[[dict[str, Any]], str]] = {
    ChangeKind.RESOLVE: _resolved,
    ChangeKind.IGNORE: lambda details: "ignored it",
    ChangeKind.ARCHIVE: lambda details: "archived it",
    ChangeKind.REOPEN: lambda details: "reopened it",
    ChangeKind.ASSIGN: _assigned,
    ChangeKind.SNOOZE: lambda details: f"snoozed it {details['until']}",
    ChangeKind.MERGE: lambda details: f"merged {_quoted(details['names'])} into it",
    ChangeKind.MERGED: lambda details: f"merged it into {_quoted([details['into']])}",
    ChangeKind.UNMERGE: lambda details: f"took {_quoted(details['names'])} out again",
    ChangeKind.UNMERGED: lambda details: f"took it out of {_quoted([details['from']])}",
    ChangeKind.LINK: lambda details: f"attached {details['link']}",
    ChangeKind.UNLINK: lambda details: f"removed {details['link']}",
    ChangeKind.REGRESS: _regressed,
    ChangeKind.WAKE: lambda details: f"Its snooze ended: {details['why']}",
}
