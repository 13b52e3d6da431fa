r"""One line of a textual stack, in the notations of the supported languages (spec 20 §15.2).

    at checkout (/srv/app/cart.js:3:4)          JavaScript (V8)
    checkout@https://shop.example/cart.js:3:4   JavaScript (Firefox, Safari)
    File "/srv/app/cart.py", line 3, in add     Python
    at Shop.Cart.Add() in C:\shop\Cart.cs:line 3    .NET
    at com.acme.Cart.add(Cart.java:3)           Java, Kotlin, CFML
    app/models/cart.rb:3:in `add'               Ruby

The patterns are tried on at most 1,000 characters and none can backtrack more than once over them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MAX_LINE = 1_000

_AT_PLACE_IN_PARENTHESES = re.compile(r"at (?P<fn>.+?) \((?P<file>[^()]*?):(?P<line>\d+)(?::(?P<col>\d+))?\)$")
_JAVA = re.compile(r"at (?P<fn>[^\s()]+)\((?P<file>[^\s():]+):(?P<line>\d+)\)$")
_DOTNET = re.compile(r"at (?P<fn>(?:(?! in ).)+) in (?P<file>.+):line (?P<line>\d+)$")
_AT_PLACE = re.compile(r"at (?:async )?(?P<file>\S+?):(?P<line>\d+)(?::(?P<col>\d+))?$")
_PYTHON = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<fn>.+))?$')
_GECKO = re.compile(r"(?P<fn>[^@\s]*)@(?P<file>\S+?):(?P<line>\d+)(?::(?P<col>\d+))?$")
_RUBY = re.compile(r"(?:from )?(?P<file>[^\s`'\"][^`'\"]*?):(?P<line>\d+)(?::in [`']?(?P<fn>.+))?$")
_AT_FUNCTION = re.compile(r"at (?P<fn>[^\s()]+)\([^()]*\)$")


class StackLine(NamedTuple):
    """Empty texts and None where the notation does not say."""

    file: str
    line: int | None
    column: int | None
    function: str


@lru_cache(maxsize=4096)
def parse_stack_line(text: str) -> StackLine | None:
    """The place a stack line names, or None when it names none (headlines, code, "... 12 more")."""
    text = text[:MAX_LINE].strip().partition("\n")[0]
    patterns: tuple[re.Pattern[str], ...]
    if text.startswith("at "):
        patterns = (_DOTNET, _JAVA, _AT_PLACE_IN_PARENTHESES, _AT_PLACE, _AT_FUNCTION)
    elif text.startswith('File "'):
        patterns = (_PYTHON,)
    elif "@" in text:
        patterns = (_GECKO, _RUBY)
    else:
        patterns = (_RUBY,)
    for pattern in patterns:
        match = pattern.match(text)
        if match is not None and (pattern is not _RUBY or _names_a_file(match["file"])):
            return _line_from(match.groupdict())
    return None


def _names_a_file(text: str) -> bool:
    """Tell `app/x.rb:9` from a sentence that ends in a time or a port ("failed at 12:30")."""
    if "/" in text or "\\" in text:
        return True
    return " " not in text and ("." in text or text[0] in "<(")


def _line_from(found: dict[str, str | None]) -> StackLine | None:
    line = number_from(found.get("line"))
    if line is not None and line <= 0:
        return None
    return StackLine(
        file=(found.get("file") or "").strip(),
        line=line,
        column=number_from(found.get("col")),
        function=(found.get("fn") or "").strip().removesuffix("'"),
    )


def number_from(value: object) -> int | None:
    """A line or column number sent as number or text; None for anything else or beyond nine digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if -1_000_000_000 < value < 1_000_000_000 else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e9 else None
    if isinstance(value, str):
        value = value.strip()
        if value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
    return None
