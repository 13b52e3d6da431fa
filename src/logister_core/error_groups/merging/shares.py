"""What a merged group is made of, and what its parts make together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logister_core.error_groups.models import ErrorGroup, GroupStatus
from logister_core.error_groups.people import unite_people
from logister_core.ids import uuid7

_OWN_COLUMNS = frozenset({"id", "uuid", "merged_into_id", "own_share_id"})
_COPIED = tuple(column.key for column in ErrorGroup.__table__.columns if column.key not in _OWN_COLUMNS)
# What the latest event says of a group.
_DESCRIBED = (
    "title",
    "subtitle",
    "culprit",
    "stage",
    "severity",
    "latest_event_id",
    "latest_event_uuid",
    "latest_event_occurred_at",
    "latest_route",
)


def is_part_of(session: Session, part: ErrorGroup) -> bool:
    """Whether it is one that can be taken out; a group's own share cannot."""
    if part.merged_into_id is None:
        return False
    return session.get_one(ErrorGroup, part.merged_into_id).own_share_id != part.id


def make_own_share(session: Session, group: ErrorGroup) -> ErrorGroup:
    """Put aside what the group is without others."""
    values = {name: getattr(group, name) for name in _COPIED}
    # It decides nothing and is shown nowhere; it should not look open to anybody who forgets `merged_into_id`.
    share = ErrorGroup(**values | {"uuid": uuid7(), "status": GroupStatus.ARCHIVED.value, "merged_into_id": group.id})
    session.add(share)
    session.flush()
    unite_people(session, share, [group])
    group.own_share_id = share.id
    session.flush()
    return share


def sum_up(session: Session, group: ErrorGroup, now: datetime, *, own_only: bool = False) -> None:
    """Make the group the sum of its parts; with only its own share left, or asked for, that share becomes the group."""
    session.flush()
    parts = session.scalars(select(ErrorGroup).where(ErrorGroup.merged_into_id == group.id)).all()
    own = next((part for part in parts if part.id == group.own_share_id), None)
    if own is None:
        return
    if own_only:
        parts = [own]
    group.occurrence_count = sum(part.occurrence_count for part in parts)
    unite_people(session, group, parts)
    first = min(parts, key=lambda part: (part.first_seen_at, part.id))
    group.first_seen_at, group.introduced_in_release = first.first_seen_at, first.introduced_in_release
    group.last_seen_at = max(part.last_seen_at for part in parts)
    latest = max(parts, key=lambda part: (part.latest_event_occurred_at or part.last_seen_at, part.id))
    for name in _DESCRIBED:
        setattr(group, name, getattr(latest, name))
    group.last_seen_release = latest.last_seen_release or group.last_seen_release
    group.updated_at = now
    if len(parts) == 1:
        group.own_share_id = None
        session.flush()
        session.delete(own)
        session.flush()
