"""What an inbox address asks for (specification, grouping chapter §8.1)."""

from __future__ import annotations

import pytest

from logister_core.error_groups.inbox_state import FILTERS, SORTS, InboxState
from logister_core.error_groups.search.parser import parse

ANA, BO = "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"


def settled(state, people=(ANA, BO), viewer=ANA):
    return state.settled(parse(state.q), people, viewer)


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_kept(name):
    assert InboxState.from_params({"filter": name}).filter == name


@pytest.mark.parametrize("params", [{}, {"filter": ""}, {"filter": "bogus"}, {"filter": "RESOLVED"}])
def test_a_bad_filter_means_open_errors(params):
    assert InboxState.from_params(params).filter == "unresolved"


@pytest.mark.parametrize("name", SORTS)
def test_every_order_is_kept_and_a_bad_one_means_the_last_seen_first(name):
    assert InboxState.from_params({"sort": name}).sort == name
    assert InboxState.from_params({"sort": name + "x"}).sort == "last_seen"


def test_a_search_is_one_trimmed_line_of_bounded_length():
    assert InboxState.from_params({"q": "  Key\x00Error\n "}).q == "Key Error"
    assert len(InboxState.from_params({"q": "x" * 5_000}).q) == 200


def test_parameters_lead_back_to_the_same_state():
    state = InboxState("resolved", "key error", "somewhere", ANA, "events")
    assert InboxState.from_params(state.parameters()) == state


def test_what_goes_without_saying_stays_out_of_addresses():
    assert InboxState().parameters() == {"filter": "unresolved"}


def test_another_filter_starts_at_its_first_page_with_the_same_search():
    assert InboxState("all", "x", "somewhere").first_page("ignored") == InboxState("ignored", "x", "")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("me", "me"),
        ("unassigned", "unassigned"),
        ("assigned", "assigned"),
        (BO, BO),
        (BO.upper(), BO),
        (ANA, "me"),
        ("00000000-0000-7000-8000-00000000000c", "all"),
        ("bo", "all"),
        ("", "all"),
    ],
)
def test_case_20_24_an_unknown_assignee_is_everyone(stated, expected):
    assert settled(InboxState.from_params({"assignee": stated})).assignee == expected


@pytest.mark.parametrize(
    ("filter", "q", "expected"),
    [
        ("unresolved", "is:resolved", "resolved"),
        ("unresolved", "is:snoozed", "ignored"),
        ("introduced_today", "is:unresolved", "unresolved"),
        ("unresolved", "is:resolved is:ignored", "all"),
        ("ignored", "-is:resolved is:new", "ignored"),
        ("resolved", "word", "resolved"),
    ],
)
def test_a_status_in_the_search_opens_its_list(filter, q, expected):
    assert settled(InboxState(filter, q)).filter == expected
