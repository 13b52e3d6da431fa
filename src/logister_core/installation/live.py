"""The part of the installation that the platform needs first: settings that change while processes run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logister_core.installation.live_settings import LiveSettings, add_settings_listener

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    config.registry.live_settings = LiveSettings(config.registry)
    config.add_directive("add_settings_listener", add_settings_listener)
