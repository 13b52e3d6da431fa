"""Whom errors happened to: the different user ids of a group's events, counted as the events are grouped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from hashlib import blake2b

from sqlalchemy import delete, func, literal, select
from sqlalchemy.orm import Session

from logister_core.db.among import among
from logister_core.db.arrays import rows_of
from logister_core.db.upsert import insert_for
from logister_core.error_groups.models import ErrorGroup, ErrorGroupPerson

# More people of one group are not told apart: the number says enough by then.
MOST_PEOPLE = 10_000

_COLUMNS = (ErrorGroupPerson.error_group_id, ErrorGroupPerson.person)

# A group's id and a person.
Met = tuple[int, int]


def person_of(end_user_id: str) -> int:
    """A number in place of an id of any length; two people share one as good as never."""
    return int.from_bytes(blake2b(end_user_id.encode(), digest_size=8).digest(), "big", signed=True)


def add_people(session: Session, met: Collection[Met]) -> Counter[int]:
    """How many each group did not know before. The groups are locked."""
    if not met:
        return Counter()
    # In the same order in every worker.
    pairs = sorted(met)
    add = insert_for(session, ErrorGroupPerson)
    group_id = ErrorGroupPerson.error_group_id
    if session.get_bind().dialect.name == "postgresql":
        rows = rows_of(_COLUMNS, tuple(map(str, column) for column in zip(*pairs, strict=True)))
        add = add.from_select(_COLUMNS, rows).on_conflict_do_nothing()
        return Counter(session.scalars(add.returning(group_id)))
    values = [{"error_group_id": group, "person": person} for group, person in pairs]
    return Counter(session.scalars(add.on_conflict_do_nothing().returning(group_id), values))


def unite_people(session: Session, group: ErrorGroup, parts: Collection[ErrorGroup]) -> None:
    """Those of the parts become those of the group, each counted once."""
    here = ErrorGroupPerson.error_group_id == group.id
    session.execute(delete(ErrorGroupPerson).where(here).execution_options(synchronize_session=False))
    theirs = (
        select(literal(group.id, ErrorGroupPerson.error_group_id.type), ErrorGroupPerson.person)
        .where(among(ErrorGroupPerson.error_group_id, [part.id for part in parts]))
        .distinct()
        .limit(MOST_PEOPLE)
    )
    session.execute(insert_for(session, ErrorGroupPerson).from_select(_COLUMNS, theirs))
    group.people_count = session.scalar(select(func.count()).select_from(ErrorGroupPerson).where(here)) or 0
