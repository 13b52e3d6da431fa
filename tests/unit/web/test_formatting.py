from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logister_core.web import formatting as fmt

NOW = datetime(2026, 11, 22, 21, 57, 12, 408_000, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "—"),
        (0, "0"),
        (214, "214"),
        (999, "999"),
        (1000, "1k"),
        (1214, "1.2k"),
        (9999, "9.9k"),
        (38_120, "38k"),
        (999_999, "999k"),
        (1_000_000, "1M"),
        (3_815_022, "3.8M"),
        (2_000_000_000, "2G"),
        (5_000_000_000_000, "5T"),
        (-1214, "-1.2k"),
    ],
)
def test_counts_keep_at_most_three_digits(number, text):
    assert fmt.count_text(number) == text


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_a_short_count_never_takes_more_than_four_characters(number):
    assert len(fmt.count_text(number)) <= 4


def test_a_shortened_count_tells_the_exact_number_on_hover_and_to_screen_readers():
    html = fmt.count(1214)
    assert 'title="1,214"' in html
    assert '<span class="sr-only">1,214</span>' in html
    assert '<span aria-hidden="true">1.2k</span>' in html


def test_a_small_count_is_written_once():
    assert fmt.count(214) == '<span class="count">214</span>'


def test_plural_forms():
    assert fmt.plural(1, "event") == "1 event"
    assert fmt.plural(1214, "event") == "1,214 events"
    assert fmt.plural(2, "person", "people") == "2 people"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (None, "—"),
        (0.42, "0.42 ms"),
        (12.44, "12.4 ms"),
        (340, "340 ms"),
        (999.4, "999 ms"),
        (999.9, "1.00 s"),
        (1240, "1.24 s"),
        (59_999, "1 min"),
        (125_000, "2 min 5 s"),
        (3_600_000, "1 h"),
        (12_000_000, "3 h 20 min"),
    ],
)
def test_durations_choose_their_unit(milliseconds, text):
    assert fmt.duration_text(milliseconds) == text


def test_the_unit_of_a_duration_is_set_back():
    assert fmt.duration(340) == '340 <span class="unit">ms</span>'
    assert fmt.duration(125_000) == "2 min 5 s"


def test_rates_have_one_decimal():
    assert fmt.percent(0.125) == "12.5%"
    assert fmt.percent(None) == "—"


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "—"), (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (1024**2, "1.0 MiB"), (2**50, "1.0 PiB")],
)
def test_bytes_are_binary(size, text):
    assert fmt.bytes(size) == text


def test_a_time_reads_as_utc_and_tells_milliseconds_to_machines():
    assert fmt.time(NOW) == (
        '<time datetime="2026-11-22T21:57:12.408Z" data-format="short">22 Nov 2026, 21:57 UTC</time>'
    )
    assert fmt.time_text(NOW, "long") == "22 Nov 2026, 21:57:12 UTC"
    assert fmt.time_text(NOW, "date") == "22 Nov 2026"


def test_a_time_of_another_zone_is_written_in_utc():
    there = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert fmt.time(there) == fmt.time(NOW)


def test_days_have_no_leading_zero():
    assert fmt.time_text(datetime(2026, 3, 4, tzinfo=UTC), "date") == "4 Mar 2026"


@pytest.mark.parametrize(
    ("age", "long", "short"),
    [
        (timedelta(seconds=-30), "just now", "now"),
        (timedelta(seconds=59), "just now", "now"),
        (timedelta(minutes=1), "1 minute ago", "1 min"),
        (timedelta(minutes=14), "14 minutes ago", "14 min"),
        (timedelta(hours=2), "2 hours ago", "2 h"),
        (timedelta(days=1), "1 day ago", "1 d"),
        (timedelta(days=59), "59 days ago", "59 d"),
        (timedelta(days=90), "3 months ago", "3 mo"),
        (timedelta(days=800), "2 years ago", "2 y"),
    ],
)
def test_ages(age, long, short):
    assert fmt.ago_text(NOW - age, NOW) == long
    assert fmt.ago_text(NOW - age, NOW, short=True) == short


def test_an_age_carries_the_absolute_time():
    html = fmt.ago(NOW - timedelta(minutes=2), NOW)
    assert 'title="22 Nov 2026, 21:55:12 UTC"' in html
    assert ">2 minutes ago</time>" in html


def test_what_never_happened_says_so():
    assert fmt.ago(None, NOW) == "never"
    assert fmt.time(None) == "—"


def test_the_middle_of_long_texts_is_left_out():
    path = "/srv/releases/20261122/lib/shop/adapters/payments/settlement.py"
    assert fmt.middle_cut(path, 30) == "/srv/releases/202611…lement.py"


@given(st.text(max_size=300), st.integers(min_value=2, max_value=120))
def test_a_cut_text_fits_and_a_short_one_is_left_alone(text, limit):
    cut = fmt.middle_cut(text, limit)
    assert len(cut) <= limit
    assert cut == text or len(text) > limit


def test_hostile_texts_come_out_as_text():
    assert "<script>" not in fmt.cut(HOSTILE * 10, 40)
    assert "<script>" not in fmt.cut(HOSTILE)
    assert 'title="&#34;&gt;&lt;script&gt;' in fmt.cut(HOSTILE * 10, 40)


def test_the_first_line_that_says_something():
    assert fmt.first_line("\n  \n KeyError: x \nmore") == "KeyError: x"
    assert fmt.first_line(None) == ""
