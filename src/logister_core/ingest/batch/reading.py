"""From the bytes on the wire to lines, as a stream: what is refused is refused before it takes memory.

Beside the body itself no more is held than STEP bytes of what it inflates to and the line that is not complete yet.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from logister_core.ingest.batch.errors import BatchError
from logister_core.ingest.errors import REQUEST_BYTES_LIMIT, PayloadTooLarge
from logister_core.ingest.normalization import DEFAULT

CONTENT_TYPES: Final = frozenset({"application/x-ndjson", "application/ndjson"})

# Bytes that are inflated at a time.
STEP: Final = 65_536

# Gzip members that a body may consist of: each has a cost of its own, and clients send one.
MOST_MEMBERS: Final = 1_000

# zlib's number for a gzip header and the largest window.
_GZIP: Final = 16 + zlib.MAX_WBITS

_NOT_BLANK: Final = re.compile(rb"\S")


def require_content_type(header: str) -> None:
    """Raise `BatchError` unless `header` (Content-Type) is that of lines of JSON; parameters do not matter."""
    if header.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        raise BatchError("unsupported_content_type", "Batch ingest requires application/x-ndjson")


def decompressed(body: bytes, encoding: str, limit: int) -> Iterator[bytes]:
    """The body under `encoding` (Content-Encoding), at most `limit` bytes of it. Raises `BatchError`."""
    wanted = encoding.strip().lower()
    if wanted in ("", "identity"):
        plain: Iterable[bytes] = (body[start : start + STEP] for start in range(0, len(body), STEP))
    elif wanted == "gzip":
        plain = _inflated(body)
    else:
        raise BatchError(
            "unsupported_encoding", f"unsupported telemetry batch content encoding: {encoding.strip()[:80]}"
        )
    size = 0
    for piece in plain:
        size += len(piece)
        if size > limit:
            raise BatchError("decompressed_bytes", f"telemetry batch exceeds {limit} decompressed bytes", limit=limit)
        yield piece


def lines(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their number; the last one needs no line end. Raises `PayloadTooLarge`."""
    number = 1
    begun: list[bytes] = []
    size = 0
    for piece in pieces:
        start = 0
        while start < len(piece):
            if not begun:
                # All blank lines at once: a few bytes of gzip can hold millions of them.
                found = _NOT_BLANK.search(piece, start)
                number += piece.count(b"\n", start, found.start() if found else len(piece))
                if found is None:
                    break
                start = found.start()
            end = piece.find(b"\n", start)
            begun.append(piece[start : end if end >= 0 else len(piece)])
            size += len(begun[-1])
            if size > REQUEST_BYTES_LIMIT:
                # No event that fits the limits is so long, whatever is in it, and decoding would take many times that.
                raise PayloadTooLarge("event_bytes", DEFAULT.event_bytes)
            if end < 0:
                break
            yield number, b"".join(begun).rstrip()
            begun, size = [], 0
            number += 1
            start = end + 1
    if begun:
        yield number, b"".join(begun).rstrip()


def _inflated(body: bytes) -> Iterator[bytes]:
    """The content of one or several gzip members behind each other, in steps."""
    members = position = 0
    while position < len(body):
        if members == MOST_MEMBERS:
            raise _invalid_gzip(f"more than {MOST_MEMBERS} members")
        members += 1
        member = zlib.decompressobj(_GZIP)
        fed = b""
        while not member.eof:
            if not fed:
                fed = body[position : position + STEP]
                position += len(fed)
            try:
                inflated = member.decompress(fed, STEP)
            except zlib.error as error:
                raise _invalid_gzip(str(error)) from None
            fed = member.unconsumed_tail
            if inflated:
                yield inflated
            elif not fed and position == len(body) and not member.eof:
                raise _invalid_gzip("unexpected end of file")
        position -= len(member.unused_data)


def _invalid_gzip(detail: str) -> BatchError:
    return BatchError("invalid_gzip", f"invalid gzip telemetry batch: {detail}")
