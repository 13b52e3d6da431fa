"""Telemetry from pages of other origins (CORS): off, until a project lists the origins of its pages.

A browser asks before it sends, without saying for which project; so that question is answered for the origins of all
projects, and the request itself is held to those of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pyramid.response import Response
from sqlalchemy import Engine, select

from logister_core.db.sessions import read_transaction
from logister_core.ingest.errors import Forbidden
from logister_core.ingest.project_facts import ProjectFacts
from logister_core.projects.models import Project

if TYPE_CHECKING:
    from logister_core.types import Request

# Seconds for which the list of all origins is believed, and for which browsers may remember an answer.
BELIEVED_FOR: Final = 5.0
REMEMBERED_BY_BROWSERS: Final = 600

ALLOWED: Final = (
    ("Access-Control-Allow-Methods", "POST, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        "authorization, content-encoding, content-type, x-api-key, x-logister-batch-id, user-agent",
    ),
    ("Access-Control-Max-Age", str(REMEMBERED_BY_BROWSERS)),
)
EXPOSED: Final = "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, X-Request-Id"


class OriginNotAllowed(Forbidden):
    def __init__(self) -> None:
        super().__init__("origin_not_allowed", "Pages of this origin may not send to this project")


class AllowedOrigins:
    """The origins of all active projects."""

    def __init__(self, engine: Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: tuple[float, frozenset[str]] | None = None

    def __contains__(self, origin: str) -> bool:
        known = self._known
        if known is None or self._monotonic() - known[0] >= BELIEVED_FOR:
            # One thread asks for all that wait.
            with self._lock:
                known = self._known
                if known is None or self._monotonic() - known[0] >= BELIEVED_FOR:
                    known = self._known = (self._monotonic(), self._look_up())
        return origin in known[1]

    def forget(self) -> None:
        """A project changed in this process."""
        self._known = None

    def _look_up(self) -> frozenset[str]:
        listed = select(Project.allowed_origins).where(
            Project.archived_at.is_(None), Project.allowed_origins.is_not(None)
        )
        with read_transaction(self._engine) as db:
            return frozenset(origin for origins in db.scalars(listed) for origin in origins or ())


def preflight(request: Request, origins: AllowedOrigins) -> Response:
    """The answer to a browser's question whether a page may send."""
    response = Response(status=204)
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("Origin")
    if origin is not None and origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers.update(ALLOWED)
    return response


def share_answer(request: Request, origins: AllowedOrigins) -> None:
    """Let the page read the answer of this request, whatever it will be."""
    origin = request.headers.get("Origin")
    if origin is None or origin not in origins:
        return

    def share(_request: Request, response: Response) -> None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        response.headers["Vary"] = "Origin"

    request.add_response_callback(share)


def require_allowed(request: Request, project: ProjectFacts) -> None:
    """Raise `OriginNotAllowed` for a page of another origin than those the project lists.

    A project that lists none takes no notice of origins: its clients are programs, or pages of a site that passes
    their requests on.
    """
    origin = request.headers.get("Origin")
    if origin is not None and project.allowed_origins and origin not in project.allowed_origins:
        raise OriginNotAllowed
