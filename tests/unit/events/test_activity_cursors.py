from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logister_core.events.activity.cursors import Position, read_cursor, write_cursor
from logister_core.events.activity.filters import ActivityFilters

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, st.integers(min_value=1, max_value=10**18 - 1))
def test_a_cursor_leads_back_to_its_position(moment: datetime, event_id: int) -> None:
    position = Position(moment, event_id)
    assert read_cursor(write_cursor(position)) == position


@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    found = read_cursor(text)
    assert found is None or isinstance(found, Position)


@pytest.mark.parametrize("text", ["1", "1 2 3", "x 2", "1 -2", "999999999999999999 1", "1.5 2", "٣ 1"])
def test_what_encodes_no_position_is_none(text: str) -> None:
    assert read_cursor(base64.urlsafe_b64encode(text.encode()).decode()) is None
    assert read_cursor(text) is None


def test_nothing_is_no_cursor() -> None:
    assert read_cursor(None) is None
    assert read_cursor("") is None


@given(
    st.dictionaries(
        st.sampled_from(["event_type", "period", "environment", "release", "q", "per_page"]), st.text(max_size=300)
    )
)
def test_whatever_an_address_asks_makes_filters_that_lead_back_to_themselves(params: dict[str, str]) -> None:
    filters = ActivityFilters.of(params)
    assert ActivityFilters.of(filters.parameters()) == filters
    assert 1 <= filters.per_page <= 100


def test_bad_values_ask_for_the_usual() -> None:
    usual = ActivityFilters()
    assert (usual.event_type, usual.window, usual.per_page) == ("all", timedelta(hours=24), 50)
    for params in (
        {},
        {"event_type": "error"},
        {"event_type": "span"},
        {"period": "1y"},
        {"per_page": "0"},
        {"per_page": "101"},
        {"per_page": "-5"},
        {"per_page": "²"},
    ):
        assert ActivityFilters.of(params) == usual
    assert ActivityFilters.of({"per_page": "7"}).per_page == 7
