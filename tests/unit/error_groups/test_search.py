"""What the text of a search means."""

from __future__ import annotations

import pytest

from logister_core.error_groups.search.parser import MAX_TERMS, parse, quoted
from logister_core.error_groups.search.terms import Key, Term


def found(text):
    """(key, value) of each term, the key of a negated one with a minus."""
    return [("-" * term.negated + term.key.value, term.value) for term in parse(text).terms]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("   ", []),
        ("payment  gateway", [("text", "payment"), ("text", "gateway")]),
        ('"payment gateway" now', [("text", "payment gateway"), ("text", "now")]),
        ("is:unresolved", [("is", "unresolved")]),
        ("IS:Open", [("is", "unresolved")]),
        ("-is:new", [("-is", "new")]),
        ("assigned:me assignee:nobody", [("assigned", "me"), ("assigned", "none")]),
        ("assigned:Ana@Example.com", [("assigned", "ana@example.com")]),
        ("release:1.4 release:2.*", [("release", "1.4"), ("release", "2.")]),
        ('env:production -environment:"north 2"', [("env", "production"), ("-env", "north 2")]),
        ("level:error severity:fatal", [("level", "error"), ("level", "fatal")]),
        ("-staging", [("-text", "staging")]),
        ('-"not this"', [("-text", "not this")]),
        # What merely looks like syntax is text.
        ("KeyError: 'customer_id'", [("text", "KeyError:"), ("text", "'customer_id'")]),
        ("shop/orders.py:47", [("text", "shop/orders.py:47")]),
        ("https://shop.example.com", [("text", "https://shop.example.com")]),
        ("std::vector C:\\temp", [("text", "std::vector"), ("text", "C:\\temp")]),
        ("- -- a-b", [("text", "-"), ("text", "--"), ("text", "a-b")]),
        ('it"s', [("text", 'it"s')]),
        ('"say \\"no\\" c:\\\\d"', [("text", 'say "no" c:\\d')]),
        ('""', []),
    ],
)
def test_terms(text, terms):
    assert found(text) == terms
    assert parse(text).mistakes == ()


@pytest.mark.parametrize(
    ("text", "terms", "said"),
    [
        ("is:broken", [], "“is:broken” was left out: “is:” knows unresolved, resolved"),
        (
            "assigned:ana x",
            [("text", "x")],
            "“assigned:ana” was left out: “assigned:” knows me, none, anyone and e-mail",
        ),
        ("-env: x", [("text", "x")], "“-env:” lacks a value, as in “env:production”. It was left out."),
        ('release:""', [], "lacks a value, as in “release:1.4”"),
        ("user:42", [("text", "user:42")], "There is no search key “user:”, so “user:42” was looked for as text."),
        ('one "two three', [("text", "one"), ("text", "two three")], "before “two three” has no partner"),
        ("a " * (MAX_TERMS + 5), [("text", "a")] * MAX_TERMS, f"Only the first {MAX_TERMS} terms were used."),
    ],
)
def test_what_is_not_understood_is_said(text, terms, said):
    assert found(text) == terms
    [mistake] = parse(text).mistakes
    assert said in mistake


@pytest.mark.parametrize(
    "text", ["-", "--", ":", "::", '"', '-"', "is:", "-:", "a:b:c", "\\", '"\\', "*", "env:*", "-env:-"]
)
def test_nothing_is_an_error(text):
    parse(text)
    parse(f"{text} {text}")


def test_a_star_at_the_end_means_a_beginning_unless_in_quotation_marks():
    assert [term.prefix for term in parse('release:1.* release:"1.*" env:prod x*').terms] == [True, False, False, False]


def test_statuses_and_their_absence():
    search = parse('is:resolved -is:ignored is:new "some words" env:north')
    assert search.statuses == ("resolved",)
    assert search.without_statuses() == 'is:new "some words" env:north'


def test_addresses_of_people():
    assert parse("assigned:me -assigned:bo@example.com").addresses == {"bo@example.com"}


@pytest.mark.parametrize("value", ["1.4", "north 2", 'a"b', "c\\d", "1.*", "", "user:42"])
def test_quoted_values_are_read_back_as_they_were(value):
    [term] = parse(f"env:{quoted(value)}").terms or [Term(Key.ENV, "", "")]
    assert (term.value, term.prefix) == (value, False)
