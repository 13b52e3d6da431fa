"""From the text of a search to its terms.

    is:unresolved  assigned:me  release:1.4  env:production  level:error  word  "some words"  -env:staging

Whatever is typed gives a search. What was not understood is left out or taken as text, and a sentence says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from logister_core.error_groups.search.terms import Assigned, Is, Key, Search, Term

MAX_TERMS = 20

# A key may be written in other words.
NAMES: Mapping[str, Key] = MappingProxyType(
    {
        "is": Key.IS,
        "assigned": Key.ASSIGNED,
        "assignee": Key.ASSIGNED,
        "release": Key.RELEASE,
        "introduced": Key.INTRODUCED,
        "regressed": Key.REGRESSED,
        "env": Key.ENV,
        "environment": Key.ENV,
        "level": Key.LEVEL,
        "severity": Key.LEVEL,
    }
)
_IS_WORDS = MappingProxyType({"open": Is.UNRESOLVED} | {value.value: value for value in Is})
_ASSIGNED_WORDS = MappingProxyType({"nobody": Assigned.NONE} | {value.value: value for value in Assigned})
_LISTED = {
    Key.IS: ", ".join(value.value for value in Is),
    Key.ASSIGNED: ", ".join(value.value for value in Assigned) + " and e-mail addresses",
}

# A term: a minus, a key with its colon, then something in quotation marks or up to the next space. Quotation marks
# within a word are part of it, so that it's and KeyError('x') are words.
_TERM = re.compile(
    r"""
    (?P<minus>-)?
    (?:(?P<key>[A-Za-z_]+):(?!:|//))?
    (?: "(?P<quoted>(?:[^"\\]|\\.)*)(?P<closed>"?) | (?P<bare>\S*) )
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\([\"\\])")
# What looks like a key of ours that does not exist; "KeyError: x" and "orders.py:9" do not.
_KEY_LIKE = re.compile(r"[a-z_]{2,20}")


def parse(text: str) -> Search:
    """`text` is one line. At most `MAX_TERMS` terms are taken."""
    terms: list[Term] = []
    mistakes: list[str] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _TERM.match(text, at)
        # A term begins with any character, so something always matches, and the cursor moves on.
        assert found is not None  # noqa: S101
        at = found.end()
        term, mistake = _term(found)
        if mistake:
            mistakes.append(mistake)
        if term is not None:
            terms.append(term)
    if len(terms) > MAX_TERMS:
        mistakes.append(f"Only the first {MAX_TERMS} terms were used.")
    return Search(tuple(terms[:MAX_TERMS]), tuple(mistakes))


def quoted(value: str) -> str:
    """`value` as a search writes it: in quotation marks where it would not be read as one term."""
    if value and not re.search(r"[\s\"\\]|\*$", value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _term(found: re.Match[str]) -> tuple[Term | None, str]:
    """The term, if there is one, and what is to be said about it."""
    raw, negated = found[0], found["minus"] is not None
    in_quotes = found["quoted"] is not None
    value = _ESCAPED.sub(r"\1", found["quoted"]) if in_quotes else found["bare"]
    said = f"The quotation mark before “{value}” has no partner, so everything after it was taken as one text."
    unclosed = said if in_quotes and not found["closed"] else ""
    name = found["key"]
    key = NAMES.get(name.lower()) if name else Key.TEXT
    if key is None:
        # Nothing of ours, so it is text: the colon and the word before it are part of what is looked for.
        mistake = unclosed
        if _KEY_LIKE.fullmatch(name) and value:
            mistake = f"There is no search key “{name}:”, so “{name}:{value}” was looked for as text."
        return _text(f"{name}:{value}", raw, negated), mistake
    if key is Key.TEXT:
        # A minus alone negates nothing.
        whole = value if in_quotes or value.strip("-") else raw
        return (_text(whole, raw, negated and whole != raw) if whole else None), unclosed
    if not value:
        return None, f"“{raw}” lacks a value, as in “{_EXAMPLES[key]}”. It was left out."
    return _keyed(key, value, raw, negated=negated, in_quotes=in_quotes, mistake=unclosed)


_EXAMPLES = {
    Key.IS: "is:unresolved",
    Key.ASSIGNED: "assigned:me",
    Key.RELEASE: "release:1.4",
    Key.INTRODUCED: "introduced:1.4",
    Key.REGRESSED: "regressed:1.4",
    Key.ENV: "env:production",
    Key.LEVEL: "level:error",
}


def _text(value: str, raw: str, negated: bool) -> Term:
    return Term(Key.TEXT, value, raw, negated)


def _keyed(key: Key, value: str, raw: str, *, negated: bool, in_quotes: bool, mistake: str) -> tuple[Term | None, str]:
    if key is Key.IS:
        state = _IS_WORDS.get(value.lower())
        if state is None:
            return None, f"“{raw}” was left out: “is:” knows {_LISTED[key]}."
        return Term(key, state.value, raw, negated), mistake
    if key is Key.ASSIGNED:
        word = _ASSIGNED_WORDS.get(value.lower())
        if word is None and "@" not in value:
            return None, f"“{raw}” was left out: “assigned:” knows {_LISTED[key]}."
        return Term(key, value.lower() if word is None else word.value, raw, negated), mistake
    prefix = not in_quotes and value.endswith("*")
    return Term(key, value.rstrip("*") if prefix else value, raw, negated, prefix), mistake
