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
    return managed_session(request.registry.engine, request.tm, reads_only=request.method in READING_METHODS)


def includeme(config: Configurator) -> None:
    settings = config.registry.logister_settings
    config.registry.engine = make_engine(settings.database.url, pool_size=settings.web_pool_size)
    config.add_request_method(request_session, "db", reify=True)
