"""`POST /api/v1/mobile_ingest_tokens` (specification, ingest chapter §8.3): a server asks for a token for its app."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from pyramid.response import Response
from pyramid.view import view_config

from logister_core.ingest.answers import json_response
from logister_core.ingest.endpoints import MOBILE_TOKENS
from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import decode_json, mobile_token_envelope
from logister_core.ingest.reception import receive
from logister_core.ingest.usage import touch
from logister_core.ingest.views import answer
from logister_core.mobile_tokens.models import MobileIngestToken
from logister_core.mobile_tokens.schemas import wanted_token
from logister_core.mobile_tokens.services import MobileTokenService

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="mobile_tokens.create", request_method="POST", require_csrf=False)
def create_mobile_token(request: Request) -> Response:
    """The token is in this answer and nowhere else. Raises `IngestError` with the answer."""
    sender, body = receive(request, MOBILE_TOKENS)
    fields = mobile_token_envelope(decode_json(body))
    project = sender.credential.project
    wanted = wanted_token(fields, integration_kind=project.integration_kind)
    if isinstance(wanted, list):
        raise Invalid(wanted, reason="invalid_mobile_ingest_token")
    service = request.find_service(MobileTokenService)
    minted, token = service.mint(project.id, sender.credential.api_key_id, wanted)
    use = request.registry.intake.use(sender)
    if use is not None:
        touch(request.db, [use], request.now)
    response = answer(request, json_response(201, {"token": token, **_told(minted)}))
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(minted: MobileIngestToken) -> dict[str, Any]:
    values = {
        "expires_at": minted.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": minted.platform,
        "service": minted.service,
        "environment": minted.environment,
        "release": minted.release,
        "session_id": minted.session_id,
        "allowed_event_types": minted.allowed_event_types,
    }
    return {name: value for name, value in values.items() if value is not None}
