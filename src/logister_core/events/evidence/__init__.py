"""Stored contexts without redaction, and the record of who asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.events.evidence.services import EvidenceService
    from logister_core.projects.resources import ProjectContext

    config.register_service_factory(EvidenceService.from_request, EvidenceService)
    config.add_route("events.evidence", "/projects/{project}/events/{event}/original_evidence", factory=ProjectContext)
    config.scan()
