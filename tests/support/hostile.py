"""Bodies that are cheap to send and dear to read, each close to what the limits let in."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

MIB = 2**20
UUID = b"0b7d9a3e-5f1c-4a52-9b1e-0c8a2f6d4e71"
SURROGATE = b'"\\ud800",'


def event(context: bytes, *, uuid: bytes = UUID) -> bytes:
    return b'{"event":{"event_type":"error","message":"m","uuid":"' + uuid + b'","context":' + context + b"}}"


def lists_of(item: bytes, size: int) -> bytes:
    """About `size` bytes of lists that each hold as many of the JSON text `item` as the limits allow."""
    filled = b"[" + b",".join([item] * min(1000, max(1, size // (len(item) + 1)))) + b"]"
    return b"[" + b",".join([filled] * min(1000, max(1, size // (len(filled) + 1)))) + b"]"


def _keys(size: int, key: bytes) -> bytes:
    """An object of different keys; `key` takes the number of each."""
    return b"{" + b",".join(b'"' + key % number + b'":1' for number in range(size // (len(key) + 8))) + b"}"


def _text(content: bytes, size: int, most: int = 200_000) -> bytes:
    text = b'"' + content * (most // len(content)) + b'"'
    return b"[" + b",".join([text] * max(1, size // len(text))) + b"]"


# What stands in the lists of the context.
_ITEMS = {
    "empty lists": b"[]",
    "empty objects": b"{}",
    "chains of lists": b"[" * 10 + b"]" * 10,
    "pairs": b"[1,2345]",
    "objects": b'{"":0}',
    "digits": b"1",
    "short floats": b"1.5",
    "powers": b"1e15",
    "long floats": b"1.2345678901234567e-300",
    "words of a letter": b'"a"',
    "empty words": b'""',
    "words of two bytes": '"é"'.encode(),
    "words": b'"abcdefghijklm"',
    "nulls": b"null",
    "brackets in texts": b'"[{,"',
    "escaped nuls": b'"\\u0000"',
    "halves of pairs": b'"\\ud800"',
    "long numbers": b"1" * 19,
    "longer numbers": b"1" * 30,
    "numbers of 300 digits": b"1" * 300,
}

_CONTEXTS: dict[str, Callable[[int], bytes]] = {
    **{name: (lambda size, item=item: b'{"a":' + lists_of(item, size) + b"}") for name, item in _ITEMS.items()},
    **{
        f"{name} beside half a pair": (lambda size, item=item: b'{"a":[' + SURROGATE + lists_of(item, size) + b"]}")
        for name, item in _ITEMS.items()
    },
    "the same key": lambda size: b"{" + b",".join([b'"a":1'] * (size // 6)) + b"}",
    "keys": lambda size: _keys(size, b"%x"),
    "keys with humps": lambda size: _keys(size, b"aBcD%x"),
    "keys with many humps": lambda size: _keys(size, b"aB" * 28 + b"%x"),
    "a key of humps": lambda size: b'{"' + b"aB" * 120_000 + b'":1}',
    "keys with long humps": lambda size: _keys(min(size, MIB), b"aB" * 2_000 + b"%x"),
    "a number": lambda size: b'{"a":' + b"1" * size + b"}",
    "a number beside half a pair": lambda size: b'{"a":[' + SURROGATE + b"1" * size + b"]}",
    "a small number": lambda size: b'{"a":0.' + b"0" * size + b"1}",
    "text": lambda size: b'{"a":' + _text(b"x", size // 2) + b"}",
    "text of two bytes": lambda size: b'{"a":' + _text("é".encode(), size // 2) + b"}",
    "text of punctuation": lambda size: b'{"a":' + _text(b"[{, ", size // 2) + b"}",
    "text of escapes": lambda size: b'{"a":' + _text(b'\\"[\\\\', size // 2) + b"}",
    "text of halves": lambda size: b'{"a":' + _text(b"\\ud800", size // 2) + b"}",
    "text too long": lambda size: b'{"a":"' + b"[{" * (size // 2) + b'"}',
    "aliases of aliases": lambda size: b'{"aA":{"bB":{"cC":' + _text(b"xyzw", size // 2) + b"}}}",
    "aliases of lists": lambda size: b'{"aA":{"bB":{"cC":' + lists_of(b"[0,12345678]", size) + b"}}}",
    "frames": lambda size: b'{"exception":{"frames":' + lists_of(b'{"filename":"a.py","lineno":1}', size) + b"}}",
    "frames that are lists": lambda size: b'{"exception":{"frames":' + lists_of(b"[]", size) + b"}}",
    "an exception with many keys": lambda size: b'{"exception":' + _keys(size, b"aB%x") + b"}",
    "breadcrumbs": lambda size: b'{"platform":"android","breadcrumbs":' + lists_of(b'{"data":[]}', size) + b"}",
    "space": lambda size: b'{"a":' + b" \n" * (size // 2) + b"1}",
}

_DOCUMENTS: dict[str, Callable[[int], bytes]] = {
    "brackets without end": lambda size: b"[" * size,
    "marks": lambda size: b'"' * size,
    "texts of brackets": lambda size: b'["[",' * (size // 5),
    "a fault at the end": lambda size: event(b'{"a":[' + SURROGATE + lists_of(b'"abcdefghijklm"', size) + b"]}")[:-1],
    "only space": lambda size: b" " * (size - 1) + b"1",
    "keys of the document": lambda size: b'{"event":{"message":"m"},' + _keys(size, b"aB%x")[1:],
    "fields of the event": lambda size: b'{"event":' + _keys(size, b"aB%x") + b"}",
    "fields of the check-in": lambda size: b'{"check_in":' + _keys(size, b"aB%x") + b"}",
    "fields of a token": lambda size: b'{"mobile_ingest_token":' + _keys(size, b"aB%x") + b"}",
    "fields of a deployment": lambda size: b'{"deployment":{"a":' + lists_of(b'{"aB":0}', size) + b"}}",
}

BODIES: dict[str, Callable[[int], bytes]] = {
    **{name: (lambda size, make=make: event(make(size))) for name, make in _CONTEXTS.items()},
    **_DOCUMENTS,
}
"""By name; each is called with about how many bytes to make."""


def batch_of(context: bytes, size: int, most: int = 100) -> bytes:
    """At most `most` lines of about `size` bytes together."""
    line = event(context) + b"\n"
    return line * min(most, max(1, size // len(line)))


def _flushed(pieces: int) -> bytes:
    """A gzip stream that was flushed after every byte."""
    stream = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join(stream.compress(b"\n") + stream.flush(zlib.Z_FULL_FLUSH) for _ in range(pieces)) + stream.flush()


def _lines_of_keys(key: bytes) -> Iterator[bytes]:
    """100 lines, none of which has a key of another one."""
    for line in range(100):
        members = (b'"' + key % (line * 500 + number) + b'":"xxxxxxxx"' for number in range(500))
        yield event(b"{" + b",".join(members) + b"}")


BATCHES: dict[str, Callable[[], bytes]] = {
    "line ends": lambda: gzip.compress(b"\n" * 8 * MIB),
    "lines of space": lambda: gzip.compress(b" \r\n" * (8 * MIB // 3)),
    "space": lambda: gzip.compress(b" " * 8 * MIB),
    "line ends between events": lambda: gzip.compress((b"\n" * 80_000 + event(b"{}")) * 100),
    "a bomb": lambda: gzip.compress(b"x" * 64 * MIB),
    "a bomb of line ends": lambda: gzip.compress(b"\n" * 64 * MIB),
    "members": lambda: gzip.compress(b"") * 100_000,
    "members of a byte": lambda: gzip.compress(b"\n") * 99_000,
    "as many members as are allowed": lambda: gzip.compress(b"\n" * 8_000) * 1_000,
    "flushes": lambda: _flushed(290_000),
    "keys with humps": lambda: gzip.compress(b"\n".join(_lines_of_keys(b"aB%05x"))),
    "keys with many humps": lambda: gzip.compress(b"\n".join(_lines_of_keys(b"aB" * 26 + b"%05x"))),
    "keys that look like an identity": lambda: gzip.compress(b"\n".join(_lines_of_keys(b"eventId%05x"))),
    **{
        f"{name} in lines of {size} bytes": (
            lambda make=make, size=size: gzip.compress(batch_of(make(size), 8 * MIB - 2_000), 1)
        )
        for name, make in _CONTEXTS.items()
        for size in (8_000, 80_000)
    },
}
"""Bodies of gzip, by name."""
