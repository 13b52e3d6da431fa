"""The installation as a whole: who may set it up, and whether somebody has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.installation.saved_settings import SavedSettings
    from logister_core.installation.services import SetupService

    config.register_service_factory(SavedSettings.from_request, SavedSettings)
    config.register_service_factory(SetupService.from_request, SetupService)
    config.add_audit_actions({"installation.claimed": "First administrator introduced"})
    config.add_route("installation.setup", "/setup")
    config.scan()
