"""Receiving a request, in the fixed order of the ingest chapter (§2): address, size, token, limit; then the body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from logister_core.ingest.credentials import Credential, DeadCredential
from logister_core.ingest.endpoints import MOBILE_TOKENS, Endpoint
from logister_core.ingest.errors import REQUEST_BYTES_LIMIT, Forbidden, IngestError, PayloadTooLarge, Unauthorized
from logister_core.ingest.guards import enforce
from logister_core.ingest.origins import require_allowed, share_answer

if TYPE_CHECKING:
    from logister_core.rate_limits import Verdict
    from logister_core.types import Request

USER_AGENT_LENGTH: Final = 300


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a request came from, as far as it is kept."""

    credential: Credential
    ip: str
    user_agent: str
    received_at: datetime


@dataclass(slots=True)
class Reception:
    """How far a request came: for the answer's headers, and for reporting a refusal."""

    endpoint: Endpoint
    found: Credential | DeadCredential | None = None
    verdict: Verdict | None = None
    # of the counter that was asked last
    body: bytes | None = None
    # as it was sent, once it has been read


def receive(request: Request, endpoint: Endpoint) -> tuple[Sender, bytes]:
    """Who sends, and the whole body. Raises `IngestError`."""
    _guard(request, endpoint)
    if request.content_length is None:
        # Without a length, only reading tells whether the body is too large, and that comes before the token.
        body = read(request, REQUEST_BYTES_LIMIT, PayloadTooLarge.request_bytes)
        return _admit(request, endpoint), body
    _check_length(request, REQUEST_BYTES_LIMIT, PayloadTooLarge.request_bytes)
    return _admit(request, endpoint), read(request, REQUEST_BYTES_LIMIT, PayloadTooLarge.request_bytes)


def receive_unread(request: Request, endpoint: Endpoint) -> Sender:
    """Who sends; reading the body, and its size, is left to the caller. Raises `IngestError`."""
    _guard(request, endpoint)
    return _admit(request, endpoint)


def read(request: Request, limit: int, too_large: Callable[[int], IngestError]) -> bytes:
    """The body as it was sent. Raises `too_large(limit)`, unread when the request declares its length."""
    _check_length(request, limit, too_large)
    length = request.content_length
    if length is None:
        # Without a length only a server that marks the end of a chunked body can be read to the end.
        length = limit + 1 if request.environ.get("wsgi.input_terminated") else 0
    body: bytes = request.body_file_raw.read(length)
    if len(body) > limit:
        raise too_large(limit)
    _begun(request).body = body
    return body


def count(request: Request, verdict: Verdict | None) -> None:
    """Let the answer say how the count stands. Raises `RateLimited`."""
    if verdict is not None:
        _begun(request).verdict = verdict
        enforce(verdict)


def _begun(request: Request) -> Reception:
    assert request.reception is not None, "begun by the guard"  # noqa: S101
    return request.reception


def _guard(request: Request, endpoint: Endpoint) -> None:
    request.reception = Reception(endpoint)
    intake = request.registry.intake
    verdict = intake.guards.address(request.client_ip)
    if verdict is not None and verdict.limited:
        count(request, verdict)
    if "HTTP_ORIGIN" in request.environ:
        share_answer(request, intake.origins)


def _check_length(request: Request, limit: int, too_large: Callable[[int], IngestError]) -> None:
    length = request.content_length
    if length is not None and length > limit:
        raise too_large(limit)


def _admit(request: Request, endpoint: Endpoint) -> Sender:
    """The live token's owner, when its limit allows one more request."""
    intake = request.registry.intake
    found = intake.credentials.find(request.headers, request.now)
    _begun(request).found = found
    if isinstance(found, DeadCredential):
        if endpoint is MOBILE_TOKENS and found.mobile_token_id is not None:
            raise Forbidden("mobile_ingest_token_forbidden")
        count(request, intake.guards.failed(found, request.client_ip))
        raise Unauthorized(found.reason)
    if found.scope is not None and not endpoint.takes_mobile_tokens:
        raise Forbidden("mobile_ingest_token_forbidden")
    count(request, intake.guards.accepted(found, endpoint))
    if "HTTP_ORIGIN" in request.environ:
        require_allowed(request, found.project)
    return Sender(
        credential=found,
        ip=request.client_ip,
        user_agent=(request.user_agent or "")[:USER_AGENT_LENGTH],
        received_at=request.now,
    )
