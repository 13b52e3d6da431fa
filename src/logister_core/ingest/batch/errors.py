"""Why a batch cannot be read. The first fault decides; nothing of the batch is stored."""

from __future__ import annotations

from typing import Any, Final

from logister_core.ingest.errors import IngestError

STATUSES: Final = {
    "unsupported_content_type": 415,
    "unsupported_encoding": 415,
    "compressed_bytes": 413,
    "decompressed_bytes": 413,
    "event_count": 413,
}
"""Of codes that are not answered with 400."""


class BatchError(IngestError):
    """`limit` is the number that was exceeded, where there is one."""

    def __init__(self, code: str, error: str, *, limit: int | None = None) -> None:
        body: dict[str, Any] = {"error": error, "code": code}
        if limit is not None:
            body["limit"] = limit
        super().__init__(STATUSES.get(code, 400), body, code)

    @classmethod
    def compressed_bytes(cls, limit: int) -> BatchError:
        """The body on the wire is larger than `limit` bytes."""
        return cls("compressed_bytes", f"telemetry batch exceeds {limit} bytes", limit=limit)

    @classmethod
    def in_line(cls, number: int, code: str, what: str) -> BatchError:
        """`number` counts lines of the body from 1, blank ones included."""
        return cls(code, f"telemetry batch line {number} {what}")
