"""What an inbox address asks for (specification, grouping chapter §8.1)."""

from __future__ import annotations

import pytest

from logister_core.error_groups.inbox_state import FILTERS, InboxState


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_kept(name):
    assert InboxState.from_params({"filter": name}).filter == name


@pytest.mark.parametrize("params", [{}, {"filter": ""}, {"filter": "bogus"}, {"filter": "RESOLVED"}])
def test_a_bad_filter_means_open_errors(params):
    assert InboxState.from_params(params).filter == "unresolved"


def test_a_search_is_one_trimmed_line_of_bounded_length():
    assert InboxState.from_params({"q": "  Key\x00Error\n "}).q == "Key Error"
    assert len(InboxState.from_params({"q": "x" * 5_000}).q) == 200


def test_parameters_lead_back_to_the_same_state():
    state = InboxState("resolved", "key error", "somewhere")
    assert InboxState.from_params(state.parameters()) == state


def test_empty_values_stay_out_of_addresses():
    assert InboxState().parameters() == {"filter": "unresolved"}


def test_another_filter_starts_at_its_first_page_with_the_same_search():
    assert InboxState("all", "x", "somewhere").first_page("ignored") == InboxState("ignored", "x", "")
