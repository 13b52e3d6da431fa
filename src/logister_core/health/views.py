"""`/up` and `/health/<name>` (specification, operations chapter §3)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from logister_core.db.revisions import current_revision, head_revision
from logister_core.health.checks import Health

if TYPE_CHECKING:
    from logister_core.types import Registry, Request

logger = logging.getLogger(__name__)


@view_config(route_name="health.up")
def up(_request: Request) -> Response:
    """The process answers. Touches nothing else, so that a database outage does not restart web processes."""
    return Response("up\n", content_type="text/plain", charset="utf-8")


@view_config(route_name="health.check", renderer="json")
def check(request: Request) -> dict[str, Any]:
    name = request.matchdict["name"]
    probe = request.registry.health_checks.get(name)
    if probe is None:
        raise HTTPNotFound
    try:
        health = probe(request.registry)
    except Exception:
        logger.warning("health.check_failed name=%s", name, exc_info=True)
        health = Health("degraded")
    request.response.status_int = 503 if health.status == "degraded" else 200
    request.response.cache_control = "no-cache"
    return {"status": health.status, **health.details}


def database(registry: Registry) -> Health:
    """Whether the database answers and has the schema of this release."""
    try:
        with registry.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            current = current_revision(connection) == head_revision()
    except SQLAlchemyError:
        return Health("degraded", {"connected": False, "migrations_current": False})
    return Health("ok" if current else "degraded", {"connected": True, "migrations_current": current})
