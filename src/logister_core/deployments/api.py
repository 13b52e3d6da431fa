"""`POST /api/v1/deployments` (specification, ingest chapter §8.2): recorded at once, not by a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.response import Response
from pyramid.view import view_config

from logister_core.deployments.services import DeploymentService
from logister_core.deployments.values import deployment_values
from logister_core.ingest.answers import json_response
from logister_core.ingest.endpoints import DEPLOYMENTS
from logister_core.ingest.errors import Invalid
from logister_core.ingest.normalization import decode_json, deployment_envelope
from logister_core.ingest.reception import receive
from logister_core.ingest.usage import touch
from logister_core.ingest.views import answer

if TYPE_CHECKING:
    from logister_core.types import Request


@view_config(route_name="deployments.record", require_csrf=False)
def record_deployment(request: Request) -> Response:
    """201 for a new deployment and for more about a known one. Raises `IngestError` with the answer."""
    sender, body = receive(request, DEPLOYMENTS)
    fields = deployment_envelope(decode_json(body))
    values = deployment_values(fields, telemetry=False, default_deployed_at=sender.received_at)
    problems = values.problems()
    if problems:
        raise Invalid(problems, reason="invalid_deployment")
    deployment = request.find_service(DeploymentService).record(sender.credential.project.id, values)
    use = request.registry.intake.use(sender)
    if use is not None:
        touch(request.db, [use], request.now)
    told = {"id": str(deployment.uuid), "legacy_id": deployment.id, "status": "accepted"}
    return answer(request, json_response(201, told))
