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
    for plugin in config.registry.logister_settings.given.sections:
        # Also of plugins that are switched off, which say so.
        for name, check in getattr(plugin, "health_checks", dict)().items():
            config.add_health_check(name, check)
    config.scan("logister_core.health")
