"""`@actor`: what a background job is, without touching a broker.

Importing a module that defines actors has no effect. `config.scan()` finds the notes and `add_actor` binds each
function to the application's broker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal

import dramatiq
import transaction
import venusian
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from logister_core.db.sessions import committing, managed_session

if TYPE_CHECKING:
    from logister_core.settings import Settings
    from logister_core.types import Configurator, Registry

Queue = Literal[
    "projector",
    "notifications",
    "mailers",
    "analytics",
    "integrations",
    "symbols",
    "archives",
    "maintenance",
    "default",
]


@dataclass
class Task:
    """What one message works with: its own transaction, committed when the function returns."""

    registry: Registry
    manager: transaction.TransactionManager = field(
        default_factory=lambda: transaction.TransactionManager(explicit=True)
    )
    _session: Session | None = None

    @property
    def db(self) -> Session:
        """The session of this message's transaction; made when first asked for."""
        if self._session is None:
            self._session = managed_session(self.engine, self.manager)
        return self._session

    @property
    def engine(self) -> Engine:
        return self.registry.engine

    @property
    def settings(self) -> Settings:
        return self.registry.logister_settings


def actor(*, queue: Queue, max_retries: int, min_backoff: int, max_backoff: int, time_limit: int) -> Any:
    """Mark `function(task, …)` as a background job. Times are milliseconds."""
    options = {
        "queue_name": queue,
        "max_retries": max_retries,
        "min_backoff": min_backoff,
        "max_backoff": max_backoff,
        "time_limit": time_limit,
    }

    def mark(function: Callable[..., None]) -> Callable[..., None]:
        def bind(scanner: Any, _name: str, _wrapped: object) -> None:
            scanner.config.add_actor(function, **options)

        venusian.attach(function, bind, category="pyramid")
        return function

    return mark


def actor_name(function: Callable[..., None]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def add_actor(config: Configurator, function: Callable[..., None], **options: Any) -> None:
    """Directive: bind `function(task, …)` to the broker under its dotted name."""
    registry = config.registry
    name = actor_name(function)

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        task = Task(registry)
        with committing(task.manager):
            function(task, *args, **kwargs)

    bind = dramatiq.actor(actor_name=name, broker=registry.broker, **options)
    registry.actors[name] = bind(run)


def send(registry: Registry, function: Callable[..., None], *args: Any) -> None:
    """Put a message for `function` on its queue now. Raises what the broker raises when it is down."""
    registry.actors[actor_name(function)].send(*args)
