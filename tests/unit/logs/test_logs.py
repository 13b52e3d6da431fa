"""The shape of a log line, and what it must never hold."""

from __future__ import annotations

import logging
import sys

import pytest

from logister_core.logs import LineFormatter, ReadableFormatter, bound, event, scrubbed, set_level


def record(message: str, *arguments: object, level: int = logging.WARNING, error: bool = False):
    made = logging.LogRecord("shop", level, "f.py", 1, message, arguments, sys.exc_info() if error else None)
    made.created, made.msecs = 1_700_000_000.25, 250.0
    return made


def test_a_line_tells_time_level_logger_ids_and_message():
    with bound(message_id="m1"), bound(actor="project"):
        line = LineFormatter().format(record("batch.done rows=%d", 3))
    assert line == "2023-11-14T22:13:20.250Z warn shop message_id=m1 actor=project batch.done rows=3"


def test_nobody_can_write_a_second_line_or_colour_the_terminal():
    line = LineFormatter().format(record("a\nb\rc\td\x1b[31m\u2028e"))
    assert line.endswith("a\\nb\\rc\\td\\x1b[31m\\x2028e")


def test_a_developer_sees_tracebacks_as_they_are():
    try:
        raise KeyError("gone")
    except KeyError:
        broken = record("broken", error=True)
    assert "\nKeyError: 'gone'" in ReadableFormatter().format(broken)
    assert "\\nKeyError: 'gone'" in LineFormatter().format(broken)


def test_fields_with_spaces_are_quoted_and_absent_ones_left_out():
    assert event("done", path="/a b", name='say "x"', rows=0, user=None, empty="") == (
        'done path="/a b" name="say \\"x\\"" rows=0 empty=""'
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("at postgresql+psycopg://app:pa%20ss@db/x", "at postgresql+psycopg://***@db/x"),
        ("redis://:hunter2@cache:6379/0 lost", "redis://***@cache:6379/0 lost"),
        ("Authorization: Bearer logister_0123456789", "Authorization: Bearer ***"),
        ("authorization: basic YTpodW50ZXIy", "authorization: basic ***"),
        ("https://example.org/path:x and a@b.c", "https://example.org/path:x and a@b.c"),
        ("bearer of news", "bearer of news"),
    ],
)
def test_credentials_never_reach_a_line(line: str, shown: str):
    assert scrubbed(line) == shown


def test_the_level_of_the_settings_wins_over_the_ini_file():
    root = logging.getLogger()
    before = root.level
    try:
        for word, number in {"debug": 10, "info": 20, "warn": 30, "error": 40, "fatal": 50}.items():
            set_level(word)
            assert root.level == number
    finally:
        root.setLevel(before)
