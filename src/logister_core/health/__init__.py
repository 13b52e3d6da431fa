"""Health endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.health.checks import Health, add_health_check

if TYPE_CHECKING:
    from logister_core.types import Configurator

__all__ = ["Health"]


def includeme(config: Configurator) -> None:
    from logister_core.health.views import database

    config.registry.health_checks = {}
    config.add_directive("add_health_check", add_health_check)
    config.add_route("health.up", "/up")
    config.add_route("health.check", "/health/{name}")
    config.add_health_check("database", database)
    config.scan("logister_core.health")
