"""From the bytes on the wire to lines, as a stream: what is refused is refused before it takes memory.

Beside the body itself no more is held than STEP bytes of what it inflates to and the line that is not complete yet.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from logister_core.ingest.batch.errors import BatchError
from logister_core.ingest.errors import REQUEST_BYTES_LIMIT, PayloadTooLarge
from logister_core.ingest.normalization import DEFAULT

CONTENT_TYPES: Final = frozenset({"application/x-ndjson", "application/ndjson"})

# Bytes that are inflated at a time.
STEP: Final = 65_536

# zlib's number for a gzip header and the largest window.
_GZIP: Final = 16 + zlib.MAX_WBITS


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
        first, *others = piece.split(b"\n")
        begun.append(first)
        size += len(first)
        if size > REQUEST_BYTES_LIMIT:
            # No event that fits the limits is so long, whatever is in it, and decoding it would take many times that.
            raise PayloadTooLarge("event_bytes", DEFAULT.event_bytes)
        for start in others:
            if line := b"".join(begun).strip():
                yield number, line
            number += 1
            begun, size = [start], len(start)
    if line := b"".join(begun).strip():
        yield number, line


def _inflated(body: bytes) -> Iterator[bytes]:
    """The content of one or several gzip members behind each other, in steps."""
    try:
        while body:
            member = zlib.decompressobj(_GZIP)
            while not member.eof:
                inflated = member.decompress(body, STEP)
                body = member.unconsumed_tail
                if inflated:
                    yield inflated
                elif not body and not member.eof:
                    raise BatchError("invalid_gzip", "invalid gzip telemetry batch: unexpected end of file")
            body = member.unused_data
    except zlib.error as error:
        raise BatchError("invalid_gzip", f"invalid gzip telemetry batch: {error}") from None
