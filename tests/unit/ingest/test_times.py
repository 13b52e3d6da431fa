from datetime import UTC, datetime, timedelta

import pytest

from logister_core.ingest.normalization.times import iso_text, parse_time

NOON = datetime(2026, 2, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-14T12:00:00Z",
        "2026-02-14T12:00:00z",
        "2026-02-14T12:00:00",
        " 2026-02-14 12:00:00 ",
        "2026-02-14 12:00:00 UTC",
        "2026-02-14 14:00:00 +0200",
        "2026-02-14T14:00:00+02:00",
        "20260214T120000Z",
        "Sat, 14 Feb 2026 12:00:00 GMT",
        "{ts '2026-02-14 12:00:00'}",
    ],
)
def test_times_in_many_spellings_are_the_same_moment(text):
    assert parse_time(text) == NOON
    assert parse_time(text).tzinfo is UTC


def test_dates_alone_are_midnight_and_fractions_are_microseconds():
    assert parse_time("2026-02-14") == datetime(2026, 2, 14, tzinfo=UTC)
    assert parse_time("2026-02-14T12:00:00.123456789Z") == NOON + timedelta(microseconds=123_456)


@pytest.mark.parametrize(
    "value",
    [
        "nonsense", "1760000000", "", " ", "2026-02-30", "2026-02-14T25:00:00Z", "12:00", "x" * 1000, None, True,
        1_760_000_000, 1.5, [], {}, "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00",
        "99 Foo 2026 aa:bb", "{ts '", "{ts 'x'}",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_absent_and_never_an_error(value):
    assert parse_time(value) is None


def test_times_are_written_with_six_decimals():
    assert iso_text(NOON) == "2026-02-14T12:00:00.000000Z"
    moved = datetime(99, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert iso_text(moved) == "0099-01-02T03:04:05.000006Z"
