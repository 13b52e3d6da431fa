"""Background work: actors, the broker they run on, recurring jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.tasks.actors import Task, actor, add_actor, send
from logister_core.tasks.brokers import make_broker
from logister_core.tasks.recurring import add_recurring_job

if TYPE_CHECKING:
    from logister_core.types import Configurator

__all__ = ["Task", "actor", "send"]


def includeme(config: Configurator) -> None:
    config.registry.actors = {}
    config.registry.recurring_jobs = {}
    config.registry.broker = make_broker(config.registry)
    config.add_directive("add_actor", add_actor)
    config.add_directive("add_recurring_job", add_recurring_job)
