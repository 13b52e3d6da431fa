"""`POST /api/v1/deployments` (specification, ingest chapter §8.2): recorded at once, not by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import or_, update

from logister_core.api_keys.models import ApiKey
from logister_core.deployments.services import DeploymentService
from logister_core.deployments.values import deployment_values
from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import check_limits, decode_json, deployment_envelope
from logister_core.ingest.views import json_response, receive
from logister_core.ingest.writer import TOUCH_INTERVAL

if TYPE_CHECKING:
    from logister_core.ingest.credentials import Credential
    from logister_core.types import Request


@view_config(route_name="deployments.record", request_method="POST", require_csrf=False)
def record_deployment(request: Request) -> Response:
    """201 for a new deployment and for more about a known one. Raises `IngestError` with the answer."""
    sender, body = receive(request, request.registry.intake)
    fields = deployment_envelope(decode_json(body))
    check_limits(fields, size=len(body))
    values = deployment_values(fields, telemetry=False, default_deployed_at=sender.received_at)
    problems = values.problems()
    if problems:
        raise Invalid(problems, reason="invalid_deployment")
    deployment = request.find_service(DeploymentService).record(sender.credential.project_id, values)
    _touch_key(request, sender.credential)
    return json_response(201, {"id": str(deployment.uuid), "legacy_id": deployment.id, "status": "accepted"})


def _touch_key(request: Request, credential: Credential) -> None:
    if not request.registry.intake.credentials.due_for_touch(credential):
        return
    now = request.now
    request.db.execute(
        update(ApiKey)
        .where(
            ApiKey.id == credential.api_key_id,
            or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - TOUCH_INTERVAL),
        )
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
