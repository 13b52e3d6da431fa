"""The `message` strategy: exception type and first message line, with everything that varies replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from uuid import UUID

from logister_core.error_groups.grouping.stack import exception_types

# Long enough for any sentence a person wrote, short enough that 64 KiB of data cost nothing.
_MAX_LINE = 1_024

# Every alternative starts where a run starts (lookbehind) and takes the run whole (possessive), so that the time
# grows with the length of the line and not with its square.
_VARIABLE = re.compile(
    r"""
      (?P<url>  (?<![a-zA-Z0-9+])[a-zA-Z][a-zA-Z0-9+]{0,15}+://[^\s"'<>()\[\]]++ )
    | (?P<email>(?<![\w.+%-])[\w.+%-]{1,64}+@[\w-]++(?:\.[\w-]++)++ )
    | (?P<uuid> (?<![0-9a-zA-Z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9a-zA-Z]) )
    | (?P<time> (?<!\d)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d++)?+)?+(?:Z|[+-]\d\d:?\d\d)?+)?+(?!\d) )
    | (?P<ip>   (?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?+(?![\w.]) )
    | (?P<ip6>  (?<![\w:])(?=[0-9a-fA-F]*+:)[0-9a-fA-F:]++(?![\w:]) )
    | (?P<value>(?<![\w"'`])(?:"[^"]*+"|'[^']*+'|`[^`']*+[`'])(?!\w) )
    | (?P<hex>  (?<![0-9a-zA-Z])0[xX][0-9a-fA-F]++ )
    | (?P<word> (?<![0-9a-zA-Z])(?=[a-zA-Z]*+[0-9])[0-9a-zA-Z]++ )
    """,
    re.X,
)
_DIGITS = re.compile(r"\d+")
_JOINED_NUMBERS = re.compile(r"(?:(?<![\w>)\]])[-+])?<n>(?:[.,:]<n>)*")
_HEX = re.compile(r"[0-9a-f]{7,}\Z", re.I)
_SPACES = re.compile(r"\s+")


def message_key(message: str, context: Mapping[str, Any], event_uuid: UUID) -> str:
    """`message:v1:<hex>` of the type and the normalised line; the event's uuid when there is neither."""
    types, line = exception_types(context)[:1], normalised_line(message)
    if not types and not line:
        return str(event_uuid)
    text = "\x1e".join((*types, line))
    return f"message:v1:{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def normalised_line(message: str) -> str:
    """The first non-blank line with variable parts as `<n>`, `<id>`, `<uuid>`, `<value>`, `<url>` and so on.

    Only its first 1,024 characters count. Empty for a blank message.
    """
    line = message[: 4 * _MAX_LINE].lstrip().split("\n", 1)[0][:_MAX_LINE]
    line = _VARIABLE.sub(_placeholder, line)
    return _SPACES.sub(" ", _JOINED_NUMBERS.sub("<n>", line)).strip()


def _placeholder(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "word":
        return _word(text)
    if kind == "ip6":
        return "<ip>" if _is_ip6(text) else _DIGITS.sub("<n>", text)
    return f"<{kind}>"


def _word(text: str) -> str:
    """A run of letters and digits: an id when the two keep alternating, else the word around its numbers."""
    if text.isdigit():
        return "<n>"
    if _HEX.match(text):
        return "<hex>"
    replaced = _DIGITS.sub("<n>", text)
    return "<id>" if len(text) >= 8 and replaced.count("<n>") >= 2 else replaced


def _is_ip6(text: str) -> bool:
    groups = text.split(":")
    if "::" not in text and len(groups) != 8:
        return False
    return 3 <= len(groups) <= 9 and any(groups) and all(len(group) <= 4 for group in groups)
