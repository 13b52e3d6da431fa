"""`POST /api/v1/ingest_events` and `/api/v1/check_ins` (specification, ingest chapter).

The order is fixed: size, key, envelope, limits, fields, commit. Nothing of the body is read before the key is known
to be good, and the answer leaves after the commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from pyramid.response import Response
from pyramid.view import exception_view_config, view_config

from logister_core.ingest.acceptor import Acceptor
from logister_core.ingest.errors import REQUEST_BYTES_LIMIT, IngestError, PayloadTooLarge
from logister_core.ingest.intake import Intake, Unauthorized
from logister_core.ingest.rows import Sender
from logister_core.ingest.submission import Accepted

if TYPE_CHECKING:
    from logister_core.types import Request

USER_AGENT_LENGTH = 300


@view_config(route_name="ingest.events", request_method="POST", require_csrf=False)
def ingest_event(request: Request) -> Response:
    intake: Intake = request.registry.intake
    sender, body = receive(request, intake)
    accepted = intake.accept_event(body, sender, acceptor_of(request))
    return answer(accepted, legacy_id=True)


@view_config(route_name="ingest.check_ins", request_method="POST", require_csrf=False)
def check_in(request: Request) -> Response:
    intake: Intake = request.registry.intake
    sender, body = receive(request, intake)
    accepted = intake.accept_check_in(body, sender, acceptor_of(request))
    return answer(accepted, legacy_id=False)


@exception_view_config(IngestError)
def refuse(error: IngestError, _request: Request) -> Response:
    return json_response(error.status, error.body)


def acceptor_of(request: Request) -> Acceptor:
    """The registered service, without the container that `find_service` makes for each request (0.2 ms)."""
    acceptor: Acceptor = request.find_service_factory(Acceptor)(None, request)
    return acceptor


def receive(request: Request, intake: Intake) -> tuple[Sender, bytes]:
    """Who sends, and the body. Raises `PayloadTooLarge` or `Unauthorized`, in this order."""
    body = read_body(request, REQUEST_BYTES_LIMIT)
    credential = intake.credentials.find(request.headers)
    if credential is None:
        raise Unauthorized
    sender = Sender(
        credential=credential,
        ip=request.client_ip,
        user_agent=(request.user_agent or "")[:USER_AGENT_LENGTH],
        received_at=request.now,
    )
    return sender, body


def read_body(request: Request, limit: int) -> bytes:
    """At most `limit` bytes; a longer body is refused, unread when it declares its length."""
    length = request.content_length
    if length is None:
        # Without a length only a server that marks the end of a chunked body can be read to the end.
        length = limit + 1 if request.environ.get("wsgi.input_terminated") else 0
    elif length > limit:
        raise PayloadTooLarge.request_bytes(limit)
    body: bytes = request.body_file_raw.read(length)
    if len(body) > limit:
        raise PayloadTooLarge.request_bytes(limit)
    return body


def answer(accepted: Accepted, *, legacy_id: bool) -> Response:
    body: dict[str, Any] = {"id": str(accepted.uuid)}
    if legacy_id:
        body["legacy_id"] = accepted.id
    body["status"] = "accepted"
    if accepted.is_span:
        body["type"] = "span"
    if accepted.duplicate:
        body["duplicate"] = True
    return json_response(200 if accepted.duplicate else 201, body)


def json_response(status: int, body: dict[str, Any]) -> Response:
    encoded = orjson.dumps(body)
    # Written out, because WebOb drops the charset of JSON, and the contract has it.
    headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(encoded)))]
    return Response(body=encoded, status=status, headerlist=headers)
