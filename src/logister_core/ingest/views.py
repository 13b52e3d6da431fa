"""`POST /api/v1/ingest_events`, its `/batch`, and `/api/v1/check_ins` (specification, ingest chapter).

The order is fixed: address, size, token, limit, envelope, payload limits, fields, commit. The answer leaves after the
commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.response import Response
from pyramid.view import exception_view_config, view_config

from logister_core.ingest.acceptor import Acceptor
from logister_core.ingest.answers import accepted_response, json_response, refusal
from logister_core.ingest.batch.answers import accepted_batch
from logister_core.ingest.batch.errors import BatchError
from logister_core.ingest.batch.reading import require_content_type
from logister_core.ingest.endpoints import CHECK_INS, EVENTS, TAIL
from logister_core.ingest.errors import IngestError
from logister_core.ingest.origins import preflight
from logister_core.ingest.reception import count, read, receive, receive_unread

if TYPE_CHECKING:
    from logister_core.types import Configurator, Request


@view_config(route_name="ingest.events", require_csrf=False)
def ingest_event(request: Request) -> Response:
    sender, body = receive(request, EVENTS)
    accepted = request.registry.intake.accept_event(body, sender, acceptor_of(request))
    return answer(request, accepted_response(accepted, legacy_id=True))


@view_config(route_name="ingest.check_ins", require_csrf=False)
def check_in(request: Request) -> Response:
    sender, body = receive(request, CHECK_INS)
    accepted = request.registry.intake.accept_check_in(body, sender, acceptor_of(request))
    return answer(request, accepted_response(accepted, legacy_id=False))


@view_config(route_name="ingest.batch", require_csrf=False)
def ingest_batch(request: Request) -> Response:
    intake = request.registry.intake
    sender = receive_unread(request, EVENTS)
    require_content_type(request.headers.get("Content-Type", ""))
    body = read(request, intake.batch_limits.wire_bytes, BatchError.compressed_bytes)
    events = intake.read_batch(body, request.headers.get("Content-Encoding", ""))
    # The request itself was counted as one.
    count(request, intake.guards.accepted(sender.credential, EVENTS, amount=len(events) - 1))
    accepted = intake.accept_batch(events, sender, acceptor_of(request))
    return answer(request, json_response(202, accepted_batch(accepted, request.headers.get("X-Logister-Batch-Id", ""))))


def add_write_endpoint(config: Configurator, route_name: str, path: str) -> None:
    """Directive: the route of an endpoint that clients post to; browsers may ask it whether a page may send."""
    # Methods are told apart by the route: among several views of one, Pyramid finds out by exceptions.
    config.add_route(route_name, path + TAIL, request_method="POST")
    config.add_route(f"{route_name}.preflight", path + TAIL, request_method="OPTIONS")
    config.add_view(ask_first, route_name=f"{route_name}.preflight", require_csrf=False)


def ask_first(request: Request) -> Response:
    return preflight(request, request.registry.intake.origins)


@exception_view_config(IngestError)
def refuse(error: IngestError, request: Request) -> Response:
    request.registry.rejections.report(error, request)
    return answer(request, refusal(error))


def answer(request: Request, response: Response) -> Response:
    """The response, with the state of the counter that was asked last."""
    if request.reception is not None and request.reception.verdict is not None:
        response.headerlist.extend(request.reception.verdict.headers())
    return response


def acceptor_of(request: Request) -> Acceptor:
    """The registered service, without the container that `find_service` makes for each request (0.2 ms)."""
    acceptor: Acceptor = request.find_service_factory(Acceptor)(None, request)
    return acceptor
