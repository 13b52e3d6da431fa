"""What intake refuses, and the exact answer for it.

IngestError
  ├── InvalidJSON       400  the body is no JSON we accept
  ├── MissingEnvelope   400  the named object is not in the body
  ├── Unauthorized      401  no live token
  ├── Forbidden         403  a live token, but not for this
  ├── PayloadTooLarge   413  a size or shape limit is exceeded
  ├── Invalid           422  readable, but the fields are not valid
  ├── RateLimited       429  too many requests of one client
  └── BatchError        400, 413, 415  the batch cannot be read (`ingest.batch`)

Bodies follow the response catalogue of the ingest chapter (§14). `reason` is the short word under which the
rejection is counted and reported to the installation's own project (§3.6); it never holds client data. `code` is the
one that the client is told, mostly the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

REQUEST_BYTES_LIMIT = 2_097_152


class IngestError(Exception):
    """A refused submission: HTTP `status`, JSON `body`, counted `reason`."""

    def __init__(self, status: int, body: Mapping[str, Any], reason: str, *, code: str | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.body: dict[str, Any] = dict(body)
        self.reason = reason
        self.code = code or reason


class InvalidJSON(IngestError):
    """`detail` says what the parser met; the batch endpoint puts it behind the line number."""

    def __init__(self, detail: str = "not valid JSON") -> None:
        super().__init__(400, {"error": "Request body is not valid JSON", "code": "invalid_json"}, "invalid_json")
        self.detail = detail


class MissingEnvelope(IngestError):
    """`name` is the envelope's key: event, check_in, deployment or mobile_ingest_token."""

    def __init__(self, name: str) -> None:
        super().__init__(
            400,
            {"error": f"param is missing or the value is empty or invalid: {name}"},
            f"missing_{name}_envelope",
        )
        self.name = name


class Unauthorized(IngestError):
    """`reason` says why, to operators alone: a token's fate is nobody else's business."""

    def __init__(self, reason: str) -> None:
        super().__init__(401, {"error": "Unauthorized"}, reason, code="unauthorized")


class Forbidden(IngestError):
    def __init__(self, reason: str, error: str = "Forbidden") -> None:
        super().__init__(403, {"error": error}, reason)


class RateLimited(IngestError):
    def __init__(self, *, limit: int, window_seconds: int, retry_after: int) -> None:
        body = {
            "error": "Rate limit exceeded",
            "limit": limit,
            "window_seconds": window_seconds,
            "retry_after": retry_after,
        }
        super().__init__(429, body, "rate_limited")


class PayloadTooLarge(IngestError):
    """A limit of §4.1; `actual` is what was seen, when it was counted."""

    def __init__(self, code: str, limit: int, actual: int | None = None, *, message: str | None = None) -> None:
        text = message or f"telemetry payload {code.replace('_', ' ')} exceeds {limit}"
        body: dict[str, Any] = {"error": text, "code": code, "limit": limit}
        if actual is not None:
            body["actual"] = actual
        super().__init__(413, body, code)
        self.limit = limit
        self.actual = actual

    @classmethod
    def request_bytes(cls, limit: int = REQUEST_BYTES_LIMIT) -> PayloadTooLarge:
        """The body on the wire is larger than `limit` bytes."""
        return cls("request_bytes", limit, message=f"telemetry request exceeds {limit} bytes")


class Invalid(IngestError):
    """One sentence per invalid field; `reason` is invalid_event, invalid_span, invalid_check_in, …"""

    def __init__(self, errors: Sequence[str], *, reason: str = "invalid_event") -> None:
        super().__init__(422, {"errors": list(errors)}, reason)
        self.errors = list(errors)
