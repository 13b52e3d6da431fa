"""What programs that read are refused, and the exact answer for it (specification, read API chapter §6).

ReadError
  ├── Unreadable         400  a body that is not what it should be
  ├── Unauthorized       401  no active token
  ├── InsufficientScope  403  a token that is not good for this
  ├── TooLarge           413  a body that is too long
  ├── InvalidParameter   422  a value that makes no sense; nothing is ever left out instead
  ├── RateLimited        429  too many requests
  └── QueryTimeout       503  the database took too long

`error` and `code` do not change; `message` is for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logister_core.rate_limits import Verdict


class ReadError(Exception):
    """HTTP `status`, JSON `body`, and `headers` besides those of every answer."""

    headers: Sequence[tuple[str, str]] = ()

    def __init__(self, status: int, code: str, error: str, message: str, **more: Any) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.body: dict[str, Any] = {"error": error, "code": code, "message": message, **more}


class Unreadable(ReadError):
    def __init__(self, message: str) -> None:
        super().__init__(400, "bad_request", "Bad request", message)


class TooLarge(ReadError):
    """`limit` in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, "request_bytes", "Request too large", f"Send at most {limit} bytes.")


class Unauthorized(ReadError):
    def __init__(self) -> None:
        super().__init__(401, "unauthorized", "Unauthorized", "Sign in again: the CLI token is missing, or not good.")


class InsufficientScope(ReadError):
    """`required` are all scopes of the endpoint, not only those that are missing."""

    def __init__(self, required: Sequence[str]) -> None:
        message = "The CLI token does not have what this needs. Sign in again and approve it."
        super().__init__(403, "insufficient_scope", "Forbidden", message, required_scopes=list(required))


class InvalidParameter(ReadError):
    def __init__(self, parameter: str, message: str, *, error: str = "Invalid parameter") -> None:
        super().__init__(422, "invalid_parameter", error, f"{parameter} {message}", parameter=parameter)


class RateLimited(ReadError):
    """The headers of a `Verdict` come with every answer; without one, `Retry-After` is all there is."""

    def __init__(self, retry_after: int, *, told: bool) -> None:
        message = f"Too many requests. Wait {retry_after} seconds."
        super().__init__(429, "rate_limited", "Rate limited", message, retry_after=retry_after)
        if not told:
            self.headers = (("Retry-After", str(retry_after)),)

    @classmethod
    def by(cls, verdict: Verdict) -> RateLimited:
        return cls(verdict.retry_after, told=True)


class QueryTimeout(ReadError):
    def __init__(self) -> None:
        message = "The database took too long. Ask for less, or try again."
        super().__init__(503, "query_timeout", "Query unavailable", message)
