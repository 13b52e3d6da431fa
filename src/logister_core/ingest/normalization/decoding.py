"""Bytes to JSON values, with the few things PostgreSQL and Python cannot hold replaced or refused (§4.2)."""

from __future__ import annotations

import re
from typing import Final

import orjson

from logister_core.ingest.errors import InvalidJSON
from logister_core.ingest.normalization.structure import Room

_BOM: Final = b"\xef\xbb\xbf"
_NUL: Final = rb"\u0000"
_REPLACEMENT: Final = "\ufffd".encode()

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
# Written out, because a counted repeat is a third slower.
_HEX = rb"[0-9a-fA-F]"
_FIRST_HALF = rb"\\u[dD][89abAB]" + _HEX + _HEX
_SECOND_HALF = rb"\\u[dD][c-fC-F]" + _HEX + _HEX
_FIRST_HALF_ALONE = re.compile(_FIRST_HALF + rb"(?!\\u[dD][c-fC-F])")
# It looks back when it has found one, because a pattern that begins with known bytes is searched much faster.
_SECOND_HALF_ALONE = re.compile(_SECOND_HALF + rb"(?<!" + _FIRST_HALF + _SECOND_HALF + rb")")


def decode_json(body: bytes, room: Room | None = None) -> object:
    """The document in `body` (UTF-8, a byte order mark is ignored). Raises `InvalidJSON` and `PayloadTooLarge`.

    Of repeated object keys the last wins. NaN, Infinity, numbers beyond a double and nesting below 100 levels
    are refused, and more values than there is `room` for. NUL characters and lone surrogates become U+FFFD, in
    keys as well as in strings. Integers beyond 64 bits become the nearest float, because neither orjson nor a
    bigint column could write them back.
    """
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
    (room or Room()).take(body)
    if _NUL in body:
        body = _with_plain_escapes(body).replace(_NUL, _REPLACEMENT)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # orjson refuses lone surrogates, which JavaScript clients do send when they cut a string.
        if not _SURROGATE.search(body):
            raise InvalidJSON(str(error)) from None
    try:
        return orjson.loads(_with_whole_pairs(body))
    except orjson.JSONDecodeError as error:
        raise InvalidJSON(str(error)) from None


def _with_whole_pairs(body: bytes) -> bytes:
    """The same text, with U+FFFD for each half of a surrogate pair that stands alone."""
    body = _FIRST_HALF_ALONE.sub(_REPLACEMENT, _with_plain_escapes(body))
    return _SECOND_HALF_ALONE.sub(_REPLACEMENT, body)


def _with_plain_escapes(body: bytes) -> bytes:
    """The same text, in which each backslash before a `u` begins an escape."""
    return body.replace(rb"\\", rb"\u005c")
