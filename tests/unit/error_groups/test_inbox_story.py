"""The words about a group: title, badge, news and how it was grouped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from logister_core.error_groups.models import ErrorGroup
from logister_core.error_groups.story import badge, full_title, grouped_by, news, title_parts

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PROOF = {
    "reason": "after_resolved",
    "time_precision": "exact",
    "proof_at": "2026-11-20T10:00:00.000000Z",
    "closure_at": "2026-11-19T08:00:00.000000Z",
    "release": "1.4.2",
}


def group(**values):
    defaults = {
        "title": "KeyError: 'customer_id'",
        "subtitle": "KeyError",
        "status": "unresolved",
        "first_seen_at": NOW - 9 * DAY,
        "regression_count": 0,
        "current_regression": {},
        "grouping_strategy": "stack",
        "grouping_facts": {},
        "fingerprint": "stack:v1:abc",
        "snooze": {},
    }
    return ErrorGroup(**defaults | values)


@pytest.mark.parametrize(
    ("title", "subtitle", "parts"),
    [
        ("KeyError: 'customer_id'", "KeyError", ("KeyError", "'customer_id'")),
        ("UndefinedColumn: no", "psycopg.errors.UndefinedColumn", ("psycopg.errors.UndefinedColumn", "no")),
        ("KeyError", "KeyError", ("KeyError", "")),
        ("KeyErrors abound", "KeyError", ("KeyError", "KeyErrors abound")),
        ("disk full", None, (None, "disk full")),
    ],
)
def test_the_type_is_not_repeated_in_the_value(title, subtitle, parts):
    assert title_parts(group(title=title, subtitle=subtitle)) == parts


def test_a_full_title_is_one_line_in_every_case():
    assert full_title(group()) == "KeyError: 'customer_id'"
    assert full_title(group(title="KeyError")) == "KeyError"
    assert full_title(group(title="disk full", subtitle=None)) == "disk full"


def test_an_ordinary_open_error_has_neither_badge_nor_news():
    assert badge(group(), NOW) is None
    assert news(group(), NOW) is None


def test_an_error_is_new_for_a_day():
    assert badge(group(first_seen_at=NOW - DAY + timedelta(seconds=1)), NOW) == ("info", "new")
    assert badge(group(first_seen_at=NOW - DAY), NOW) is None


def test_a_return_outranks_being_new_and_names_its_release():
    returned = group(first_seen_at=NOW, current_regression=PROOF, regression_count=1)
    assert badge(returned, NOW) == ("danger", "regressed in 1.4.2")
    assert badge(group(current_regression=PROOF | {"release": None}), NOW) == ("danger", "regressed")


def test_a_closed_error_carries_no_badge_unless_it_is_set_aside():
    assert badge(group(status="resolved", first_seen_at=NOW, current_regression=PROOF), NOW) is None
    snoozed = group(status="ignored", snooze={"events": 5})
    assert badge(snoozed, NOW) == ("neutral", "snoozed until 5 more events")


def test_news_of_a_return_tell_when_where_and_what_it_undid():
    assert news(group(current_regression=PROOF), NOW) == (
        "danger",
        "Regressed in 1.4.2, 2 hours ago: was resolved on 19 Nov 2026.",
    )


def test_news_of_a_return_seen_in_an_interval_say_so():
    proof = PROOF | {"time_precision": "reporting_interval", "reason": "after_ignored", "release": None}
    assert news(group(current_regression=proof), NOW) == (
        "danger",
        "Regressed, reporting interval began 2 hours ago: was ignored on 19 Nov 2026.",
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"status": "resolved", "resolved_at": NOW - DAY, "resolved_in_release": "1.4.1"},
            "Resolved in 1.4.1 1 day ago. The next occurrence reopens it.",
        ),
        (
            {"status": "resolved", "resolved_at": NOW, "resolution": "next_release", "resolved_in_release": "1.4.1"},
            "Resolved in the next release just now. An occurrence in another release than 1.4.1 reopens it.",
        ),
        (
            {"status": "resolved", "resolved_at": NOW, "resolution": "for_good"},
            "Resolved for good just now. Only a person reopens it.",
        ),
        ({"status": "ignored", "ignored_at": NOW, "snooze": {"events": 5}}, "Snoozed just now, until 5 more events."),
        ({"status": "ignored", "ignored_at": NOW}, "Ignored just now. The next occurrence reopens it."),
        ({"status": "archived", "archived_at": NOW}, "Archived just now. The next occurrence reopens it."),
        ({"last_reopened_at": NOW - DAY}, "Reopened 1 day ago."),
        ({"last_reopened_at": NOW - DAY, "regression_count": 2}, "Came back 2 times before; reopened 1 day ago."),
    ],
)
def test_news_of_what_people_did(values, sentence):
    assert news(group(**values), NOW) == ("plain", sentence)


def test_how_it_was_grouped_reads_as_words_and_ends_with_the_key():
    facts = {"strategy": "stack", "types": ["KeyError"], "frames": ["a.py in f", "b.py in g"], "in_app": True}
    decided, rows = grouped_by(group(grouping_facts=facts))
    assert decided == "exception type and stack"
    assert rows == [("Exception types", "KeyError"), ("Frames", "a.py in f, b.py in g"), ("Key", "stack:v1:abc")]


def test_a_second_best_decision_says_why():
    facts = {"strategy": "message", "message": "order <n>", "fallback_from": "stack"}
    decided, rows = grouped_by(group(grouping_strategy="message", grouping_facts=facts))
    assert decided.startswith("exception type and message")
    assert ("Note", "The project groups by stack; this event had nothing to go by.") in rows
