"""The compressed body of a telemetry row: what the client sent, as we keep it."""

from __future__ import annotations

import sys
import threading
from typing import Any

import orjson

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Measured on stack traces: level 3 saves a tenth over level 1 at nearly the same speed; higher levels cost more than
# they save.
COMPRESSION_LEVEL = 3

_compressors = threading.local()


def pack_body(context: dict[str, Any], *, ip: str, user_agent: str) -> bytes:
    """`{"context": …, "request": {"ip", "user_agent"}}` as compressed JSON."""
    data = orjson.dumps({"context": context, "request": {"ip": ip, "user_agent": user_agent}})
    compressor = getattr(_compressors, "compressor", None)
    if compressor is None:
        # Setting one up costs more than compressing an event, so every thread keeps its own.
        compressor = _compressors.compressor = zstd.ZstdCompressor(level=COMPRESSION_LEVEL)
    packed: bytes = compressor.compress(data, mode=zstd.ZstdCompressor.FLUSH_FRAME)
    return packed


def unpack_body(body: bytes) -> dict[str, Any]:
    """The reverse of `pack_body`."""
    unpacked: dict[str, Any] = orjson.loads(zstd.decompress(body))
    return unpacked


def context_of(body: bytes) -> dict[str, Any]:
    context: dict[str, Any] = unpack_body(body)["context"]
    return context
