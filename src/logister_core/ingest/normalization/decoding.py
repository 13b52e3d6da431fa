"""Bytes to JSON values, with the few things PostgreSQL and Python cannot hold replaced or refused (§4.2)."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import orjson

from logister_core.ingest.errors import InvalidJSON

MAX_NESTING = 100
REPLACEMENT = "\ufffd"
_BOM = b"\xef\xbb\xbf"

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
_ALL_SQUARE = bytes.maketrans(b"{}", b"[]")


def decode_json(body: bytes) -> object:
    """The document in `body` (UTF-8, a byte order mark is ignored). Raises `InvalidJSON`.

    Of repeated object keys the last wins. NaN, Infinity, numbers beyond a double and nesting below 100 levels
    are refused. NUL characters and lone surrogates become U+FFFD, in keys as well as in strings. Integers
    beyond 64 bits become the nearest float, because neither orjson nor a bigint column could write them back.
    """
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # orjson refuses lone surrogates, which JavaScript clients do send when they cut a string.
        if not _SURROGATE_ESCAPE.search(body):
            raise InvalidJSON(str(error)) from None
        _check_nesting(body)
        return _clean(_decode_with_surrogates(body))
    _check_nesting(body)
    if b"\\u0000" in body:
        return _clean(document)
    return document


def _check_nesting(body: bytes) -> None:
    """Deep documents are refused before any of our code walks them recursively."""
    if body.count(b"[") + body.count(b"{") <= MAX_NESTING:
        return
    if b"\\" in body:
        body = _ESCAPED.sub(b"", body)
    # Every second piece between quotes is the inside of a string. Splitting is many times faster than matching.
    brackets = b"".join(body.translate(_ALL_SQUARE, _NOT_STRUCTURE).split(b'"')[::2])
    for _ in range(MAX_NESTING):
        # What holds nothing goes; then what held only that.
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise InvalidJSON(f"nesting of {MAX_NESTING} is too deep")


def _decode_with_surrogates(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_int=_integer, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidJSON(str(error)) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("number is infinity when parsed as double")
    return value


def _integer(text: str) -> int | float:
    """The same range as orjson: signed or unsigned 64 bits, beyond that a float."""
    if len(text) <= 20:
        value = int(text)
        if -(2**63) <= value < 2**64:
            return value
    return _finite(text)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub(REPLACEMENT, value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_UNSTORABLE.sub(REPLACEMENT, key): _clean(item) for key, item in value.items()}
    return value
