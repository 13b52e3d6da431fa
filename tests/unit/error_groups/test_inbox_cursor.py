"""Where the next page starts (specification, grouping chapter §8.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from logister_core.error_groups.inbox_cursor import InboxCursors, Position
from logister_core.error_groups.inbox_sorts import Place
from logister_core.error_groups.inbox_state import InboxState
from logister_core.security.tokens import Signer

SHOP = UUID(int=1)
STATE = InboxState("unresolved", "key")
MOMENT = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
POSITION = Position(Place(0, MOMENT, 4711), MOMENT + timedelta(hours=1))


@pytest.fixture
def cursors():
    return InboxCursors(Signer("s" * 32, "inbox cursor"))


@pytest.mark.parametrize(
    ("sort", "place"),
    [
        ("last_seen", Place(0, MOMENT, 4711)),
        ("first_seen", Place(0, MOMENT, 4711)),
        ("events", Place(0, 12, 4711)),
        ("attention", Place(2, MOMENT, 4711)),
    ],
)
def test_a_cursor_says_where_the_page_before_ended_to_the_microsecond(cursors, sort, place):
    state, position = replace(STATE, sort=sort), replace(POSITION, place=place)
    assert cursors.read(SHOP, replace(state, cursor=cursors.write(SHOP, state, position))) == position


def test_times_before_the_epoch_survive(cursors):
    place = Place(0, datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 1)
    position = replace(POSITION, place=place)
    assert cursors.read(SHOP, replace(STATE, cursor=cursors.write(SHOP, STATE, position))) == position


@pytest.mark.parametrize(
    ("owner", "state"),
    [
        (UUID(int=2), STATE),
        (SHOP, replace(STATE, filter="resolved")),
        (SHOP, replace(STATE, q="other")),
        (SHOP, replace(STATE, q="")),
        (SHOP, replace(STATE, assignee="me")),
        (SHOP, replace(STATE, sort="events")),
    ],
)
def test_a_cursor_of_another_list_is_no_cursor(cursors, owner, state):
    cursor = cursors.write(SHOP, STATE, POSITION)
    assert cursors.read(owner, replace(state, cursor=cursor)) is None


@pytest.mark.parametrize("cursor", ["", "x", ".", "a.b", "é.é", "\ud800", "0" * 5_000])
def test_nonsense_is_no_cursor(cursors, cursor):
    assert cursors.read(SHOP, replace(STATE, cursor=cursor)) is None


def test_a_changed_cursor_is_no_cursor(cursors):
    cursor = cursors.write(SHOP, STATE, POSITION)
    for position in range(len(cursor)):
        changed = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1 :]
        assert cursors.read(SHOP, replace(STATE, cursor=changed)) is None


def test_a_cursor_of_another_installation_is_no_cursor(cursors):
    foreign = InboxCursors(Signer("t" * 32, "inbox cursor")).write(SHOP, STATE, POSITION)
    assert cursors.read(SHOP, replace(STATE, cursor=foreign)) is None
