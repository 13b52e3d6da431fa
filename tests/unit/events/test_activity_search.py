from __future__ import annotations

import pytest

from logister_core.events.activity.filters import ActivityFilters
from logister_core.events.activity.search import read_search, write_filter, write_text


@pytest.mark.parametrize(
    ("typed", "filters", "text"),
    [
        ("timeout", {}, "timeout"),
        ("  two  words ", {}, "  two  words "),
        ("level:error", {"level": "error"}, ""),
        ("LEVEL:error timeout of ENV:staging", {"level": "error", "environment": "staging"}, "timeout of"),
        ('release:"1.4 beta" x', {"release": "1.4 beta"}, "x"),
        ("level:info level:error", {"level": "error"}, ""),
        ("type:check-in", {"event_type": "check-in"}, ""),
        ("environment:eu", {"environment": "eu"}, ""),
        ('level:"" x', {}, "x"),
        # Text that only looks like it.
        ("GET http://host:80/level:error", {}, "GET http://host:80/level:error"),
        ("status:500", {}, "status:500"),
        ("level:", {}, "level:"),
        ('"level:error"', {}, "level:error"),
        ('say "hi" to "me"', {}, 'say "hi" to "me"'),
        ('"', {}, '"'),
    ],
)
def test_filters_are_read_out_of_the_text(typed: str, filters: dict[str, str], text: str) -> None:
    assert read_search(typed) == (filters, text)


@pytest.mark.parametrize("text", ["timeout", "level:error", '"', 'say "hi"', "a level:x b", ""])
def test_text_is_written_so_that_it_is_read_as_text_again(text: str) -> None:
    assert read_search(write_text(text)) == ({}, text)


def test_filters_are_written_as_they_are_typed() -> None:
    assert write_filter("environment", "staging") == "env:staging"
    assert read_search(write_filter("release", "1.4 beta")) == ({"release": "1.4 beta"}, "")


def test_levels_that_mean_the_same_are_one_filter() -> None:
    assert ActivityFilters.of({"q": "level:WARN"}).levels == {"warn", "warning"}
    assert ActivityFilters.of({"level": "verbose"}).levels == {"verbose"}
    assert ActivityFilters.of({}).levels == frozenset()


def test_an_address_says_only_what_is_unusual() -> None:
    params = {"q": '"level:error"', "event_type": "log", "period": "24h", "per_page": "1000", "environment": "eu"}
    filters = ActivityFilters.of(params)
    assert filters.parameters() == {"q": '"level:error"', "event_type": "log", "environment": "eu"}
    assert ActivityFilters.of(filters.parameters()) == filters
