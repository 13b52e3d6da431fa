"""The `message` strategy: what varies between two occurrences of one problem is replaced."""

from __future__ import annotations

import time
from uuid import UUID

import pytest

from logister_core.error_groups.grouping.message import message_key, normalised_line

EVENT = UUID("0197a4f0-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("order 17 missing", "order <n> missing"),
        ("took 1.5s, limit -3", "took <n>s, limit <n>"),
        ("total 1,204.50 is over 99", "total <n> is over <n>"),
        ("at 0x7f6035e3e980", "at <hex>"),
        ("commit 3f2a9c1b44 not found", "commit <hex> not found"),
        ("session f47ac10b-58cc-4372-a567-0e02b2c3d479 expired", "session <uuid> expired"),
        ("'customer_id'", "<value>"),
        ('column "total" of `orders`', "column <value> of <value>"),
        ("can't reach ana's cart", "can't reach ana's cart"),
        ("mail to ana.b+c@shop.example failed", "mail to <email> failed"),
        ("GET https://shop.example/orders/17?x=1 gave 502", "GET <url> gave <n>"),
        ("postgresql://u:p@db:5432/shop refused", "<url> refused"),
        ("connect 10.0.0.7:5432 refused", "connect <ip> refused"),
        ("connect ::1 or fe80::1ff:fe23:4567:890a", "connect <ip> or <ip>"),
        ("std::vector<int> Foo::Bar", "std::vector<int> Foo::Bar"),
        ("since 2026-11-03T12:00:00.123Z and 2026-11-03", "since <time> and <time>"),
        ("at 12:30:45", "at <n>"),
        ("job req_8f3kd92jx died", "job req_<id> died"),
        ("expected utf8", "expected utf<n>"),
        ("  spaced \t out  ", "spaced out"),
        ("\n\n  ERROR: 5\nmore", "ERROR: <n>"),
        ("first\r\nsecond", "first"),
        ("   ", ""),
    ],
)
def test_variable_parts_are_replaced(message, line):
    assert normalised_line(message) == line


def test_only_the_first_1024_characters_count():
    assert message_key("word " * 20_000 + "a", {}, EVENT) == message_key("word " * 20_000 + "b", {}, EVENT)


def test_a_blank_message_without_exception_makes_the_event_its_own_group():
    assert message_key("  \n ", {}, EVENT) == str(EVENT)


def test_a_blank_message_with_an_exception_is_grouped_by_its_class():
    assert message_key("  ", {"exception": {"class": "KeyError"}}, EVENT).startswith("message:v1:")


@pytest.mark.parametrize(
    "hostile",
    [
        "a",
        "a.",
        "a@",
        "'",
        '"a',
        "0",
        "1.",
        "1:",
        "::",
        "a-",
        "http://",
        "a1",
        "0x",
        "f" * 8 + "-",
        "'a ",
        "1-1-",
        "\u0661",
    ],
)
def test_hostile_messages_take_linear_time(hostile):
    started = time.perf_counter()
    for end in ("", "x", "@", "'", " "):
        normalised_line((hostile * 65_536)[:65_536] + end)

    # Five lines of 64 KiB: well under a millisecond each, with room for a busy machine.
    assert time.perf_counter() - started < 0.25
