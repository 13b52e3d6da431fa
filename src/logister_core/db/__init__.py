"""Database: engine on the registry, one session per request, times from one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from logister_core.db.engine import make_engine
from logister_core.db.sessions import managed_session

if TYPE_CHECKING:
    from logister_core.types import Configurator, Request

# Methods that promise not to change anything; their transactions begin without the write lock.
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def request_session(request: Request) -> Session:
    return managed_session(request.registry.engine, request.tm, reads_only=_only_reads(request))


def _only_reads(request: Request) -> bool:
    route = request.matched_route
    writes = route is not None and route.name in request.registry.routes_writing_on_get
    return request.method in READING_METHODS and not writes


def writes_on_get(config: Configurator, route_name: str) -> None:
    """Say of a route that people reach it by a link or a redirect, and that it changes rows all the same.

    A transaction that began by reading cannot write on SQLite once another one has written meanwhile.
    """
    config.registry.routes_writing_on_get.add(route_name)


def includeme(config: Configurator) -> None:
    settings = config.registry.logister_settings
    config.registry.engine = make_engine(settings.database.url, pool_size=settings.web_pool_size)
    config.registry.routes_writing_on_get = set()
    config.add_request_method(request_session, "db", reify=True)
    config.add_directive("writes_on_get", writes_on_get)
