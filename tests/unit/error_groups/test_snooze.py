"""Until when an error is set aside: what forms may ask for, what is counted, and what is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from logister_core.error_groups.snooze import condition_of, counted, ends_at, why_woken, words
from logister_core.errors import Refused

NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def run(condition, moments):
    """At which of the occurrences it is enough."""
    progress, enough = {}, []
    for number, moment in enumerate(moments):
        progress, is_enough = counted(condition, progress, moment, moment)
        if is_enough:
            enough.append(number)
    return enough, progress


@pytest.mark.parametrize(
    ("fields", "condition", "said"),
    [
        ({"snooze": "hour"}, {"until": "2026-11-20T13:00:30+00:00"}, "until 20 Nov 2026, 13:00 UTC"),
        ({"snooze": "week"}, {"until": "2026-11-27T12:00:30+00:00"}, "until 27 Nov 2026, 12:00 UTC"),
        (
            {"snooze": "until", "snooze_until": "2026-12-24T18:00"},
            {"until": "2026-12-24T18:00:00+00:00"},
            "until 24 Dec 2026, 18:00 UTC",
        ),
        ({"snooze": "events", "snooze_events": " 1 "}, {"events": 1}, "until 1 more event"),
        ({"snooze": "events", "snooze_events": "1000"}, {"events": 1000}, "until 1,000 more events"),
        (
            {"snooze": "rate", "snooze_rate_events": "10", "snooze_rate_minutes": "60"},
            {"events": 10, "minutes": 60},
            "until 10 events within 60 minutes",
        ),
        (
            {"snooze": "rate", "snooze_rate_events": "5", "snooze_rate_minutes": "1"},
            {"events": 5, "minutes": 1},
            "until 5 events within a minute",
        ),
    ],
)
def test_a_form_asks_for_a_condition_that_can_be_said(fields, condition, said):
    assert condition_of(fields, NOW) == condition
    assert words(condition) == said


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"snooze": "forever"},
        {"snooze": "until"},
        {"snooze": "until", "snooze_until": "yesterday"},
        {"snooze": "until", "snooze_until": "2026-11-20T12:00"},
        {"snooze": "until", "snooze_until": "2028-01-01T00:00"},
        {"snooze": "until", "snooze_until": "9999-12-31T23:59-23:59"},
        *({"snooze": "events", "snooze_events": text} for text in ("", "0", "-1", "1.5", "1000001", "٣", "9" * 5000)),
        {"snooze": "rate", "snooze_rate_events": "10", "snooze_rate_minutes": "1441"},
        {"snooze": "rate", "snooze_rate_events": "10"},
    ],
)
def test_what_cannot_be_understood_is_refused(fields):
    with pytest.raises(Refused):
        condition_of(fields, NOW)


def test_a_time_is_over_when_an_occurrence_arrives_after_it():
    condition = {"until": NOW.isoformat()}
    assert ends_at(condition) == NOW
    assert counted(condition, {}, NOW, NOW - MINUTE) == ({}, False)
    assert counted(condition, {}, NOW - MINUTE, NOW) == ({}, True)
    assert why_woken(condition) == "its time had come"


def test_a_number_of_further_events_is_counted():
    assert run({"events": 3}, [NOW] * 3) == ([2], {"seen": 3})
    assert why_woken({"events": 3}) == "3 more events came"


def test_a_rate_counts_within_a_sliding_window():
    rate = {"events": 3, "minutes": 10}
    apart = [NOW + number * 6 * MINUTE for number in range(6)]
    assert run(rate, apart)[0] == []
    close = [NOW, NOW + 2 * MINUTE, NOW + 9 * MINUTE]
    assert run(rate, close)[0] == [2]
    # What lies outside the window is forgotten, so that the count stays small.
    enough, progress = run(rate, [*close[:2], NOW + 60 * MINUTE])
    assert enough == []
    assert len(progress["recent"]) == 1
    # One that arrives late still counts, where it happened.
    assert run(rate, [NOW, NOW + 5 * MINUTE, NOW + 1 * MINUTE])[0] == [2]
    assert run(rate, [NOW, NOW + 5 * MINUTE, NOW - 30 * MINUTE])[0] == []
    assert why_woken(rate) == "3 events came within 10 minutes"
