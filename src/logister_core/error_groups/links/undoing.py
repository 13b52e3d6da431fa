"""How the history remembers links, which are rows of their own and no columns of a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from logister_core.accounts.models import User
from logister_core.error_groups.history.models import ChangeKind, ErrorGroupChange
from logister_core.error_groups.history.recording import Action, change_row, stored
from logister_core.error_groups.links.models import ErrorGroupLink
from logister_core.error_groups.models import ErrorGroup

LINK_KINDS: Final = (ChangeKind.LINK, ChangeKind.UNLINK)
_LINK: Final = "link"


def link_change(session: Session, group: ErrorGroup, kind: ChangeKind, link: ErrorGroupLink, action: Action) -> None:
    """Remember that the locked group got the link, or that it loses it."""
    group.updated_at = action.at
    there, gone = {_LINK: _facts(link)}, {_LINK: None}
    before, after = (gone, there) if kind is ChangeKind.LINK else (there, gone)
    row = change_row(group.id, kind, action, before, after=after, details={_LINK: link.title})
    session.add(ErrorGroupChange(**row))


def standing(session: Session, rows: Sequence[ErrorGroupChange]) -> set[int]:
    """Ids of those changes of links since which nobody attached or removed the same link. At most one query."""
    told = [row for row in rows if row.kind in LINK_KINDS and row.before]
    if not told:
        return set()
    link = ErrorGroupLink
    ids = {_link_of(row)["error_group_id"] for row in told}
    there = session.execute(select(link.uuid, link.error_group_id, link.url).where(link.error_group_id.in_(ids))).all()
    uuids = {str(found.uuid) for found in there}
    places = {(found.error_group_id, found.url) for found in there}
    return {
        row.id
        for row in told
        if (
            _link_of(row)["uuid"] in uuids
            if row.kind == ChangeKind.LINK
            else (_link_of(row)["error_group_id"], _link_of(row)["url"]) not in places
        )
    }


def put_link_back(session: Session, row: ErrorGroupChange) -> None:
    """Take a link away that was attached, or attach one again that was removed; it must stand as the change left it."""
    facts = _link_of(row)
    if row.kind == ChangeKind.LINK:
        session.delete(session.scalars(select(ErrorGroupLink).where(ErrorGroupLink.uuid == UUID(facts["uuid"]))).one())
        return
    author = facts["created_by_id"]
    session.add(
        ErrorGroupLink(
            **facts
            | {
                "uuid": UUID(facts["uuid"]),
                "created_at": datetime.fromisoformat(facts["created_at"]),
                "created_by_id": None if author is None or session.get(User, author) is None else author,
            }
        )
    )


def _link_of(row: ErrorGroupChange) -> dict[str, Any]:
    found: dict[str, Any] = row.after[_LINK] or row.before[_LINK]
    return found


def _facts(link: ErrorGroupLink) -> dict[str, Any]:
    names = [column.key for column in inspect(ErrorGroupLink).column_attrs if column.key != "id"]
    return {name: str(link.uuid) if name == "uuid" else stored(getattr(link, name)) for name in names}
