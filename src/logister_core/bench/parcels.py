"""What is sent: single events and gzip batches, prepared except for the UUIDs.

Compressing a batch costs the generator as much as the server needs to take it, so its gzip stream is put together:
everything between two UUIDs was compressed beforehand, each UUID goes between as a stored block. What the server
inflates is one ordinary member of a few more bytes than level 6 would have made of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from struct import Struct
from typing import Final, Protocol

from logister_core.bench.payload import Template, templates, uuid_text

PER_BATCH: Final = 100

UUID_LENGTH: Final = 36
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
# Length and its complement, behind the byte that says: stored, and not the last block.
_STORED: Final = Struct("<BHH").pack(0, UUID_LENGTH, 0xFFFF ^ UUID_LENGTH)
_trailer = Struct("<II").pack


@dataclass(frozen=True)
class Kind:
    """A way to send events."""

    name: str
    words: str
    headers: str
    events: int
    """In each request."""
    status: str
    """Of a good answer."""


SINGLES = Kind("singles", "singles", "Content-Type: application/json\r\n", 1, "201")
BATCHES = Kind(
    "batches",
    f"gzip batches of {PER_BATCH}",
    "Content-Type: application/x-ndjson\r\nContent-Encoding: gzip\r\n",
    PER_BATCH,
    "202",
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (SINGLES, BATCHES)}


class Parcel(Protocol):
    """A request body that can be sent many times, each time with new UUIDs. Its length is always the same."""

    def fill(self, serial: int, random: Random) -> bytes: ...


def parcels(kind: Kind, size: str) -> Sequence[Parcel]:
    """Bodies of every distinct error. `size` is one of `payload.SIZES`."""
    events = templates(size)
    if kind is SINGLES:
        return events
    return [Batch.of(events[start : start + PER_BATCH]) for start in range(0, len(events), PER_BATCH)]


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of newline-delimited JSON, cut at the UUIDs: each piece compressed, and as it was."""

    compressed: tuple[bytes, ...]
    plain: tuple[bytes, ...]
    end: bytes

    @classmethod
    def of(cls, events: Sequence[Template]) -> Batch:
        plain = [b""]
        for serial, event in enumerate(events):
            plain[-1] += event.head
            plain.append(b"%b#%09d%b\n" % (event.middle, serial, event.tail))
        compressor = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        random = Random(0)  # noqa: S311
        compressed: list[bytes] = []
        for piece in plain:
            if compressed:
                # In the place of a UUID something of its length that no later text can refer to; it is not sent.
                compressor.compress(bytes(random.randrange(128, 256) for _ in range(UUID_LENGTH)))
                compressor.flush(zlib.Z_SYNC_FLUSH)
            compressed.append(compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH))
        return cls(tuple(compressed), tuple(plain), compressor.flush(zlib.Z_FINISH))

    def fill(self, serial: int, random: Random) -> bytes:
        checksum, length = zlib.crc32(self.plain[0]), len(self.plain[0])
        parts = [_GZIP_HEADER, self.compressed[0]]
        for piece, plain in zip(self.compressed[1:], self.plain[1:], strict=True):
            uuid = uuid_text(random)
            checksum = zlib.crc32(plain, zlib.crc32(uuid, checksum))
            length += UUID_LENGTH + len(plain)
            parts += (_STORED, uuid, piece)
        return b"".join([*parts, self.end, _trailer(checksum, length)])


@dataclass(frozen=True, slots=True)
class Request:
    """A parcel behind its HTTP headers."""

    head: bytes
    parcel: Parcel

    def fill(self, serial: int, random: Random) -> bytes:
        return self.head + self.parcel.fill(serial, random)


def requests(kind: Kind, size: str, *, path: str, port: int, token: str) -> list[Request]:
    return [Request(_head(kind, parcel, path, port, token), parcel) for parcel in parcels(kind, size)]


def _head(kind: Kind, parcel: Parcel, path: str, port: int, token: str) -> bytes:
    length = len(parcel.fill(0, Random(0)))  # noqa: S311
    headers = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n"
        f"Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\nUser-Agent: logister-bench\r\n"
        f"Authorization: Bearer {token}\r\n{kind.headers}Content-Length: {length}\r\n\r\n"
    )
    return headers.encode()
