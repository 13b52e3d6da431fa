"""What intake refused, kept for the installation's own monitoring (specification, ingest chapter §3.6).

A refusal becomes a row, which a later step sends as telemetry to the project that the installation reports to. None of
it may cost the one who is refused anything, or let somebody who is refused all the time cost us much.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.client_submissions.actors import remove_old_rejections
    from logister_core.client_submissions.recorder import Recorder
    from logister_core.client_submissions.services import NoReports, Reports

    registry = config.registry
    api_key = registry.logister_settings.self_observability.api_key
    registry.rejections = NoReports() if api_key is None else Reports(Recorder(registry.engine), own_key=api_key)
    config.add_recurring_job("rejected_submissions_cleanup", remove_old_rejections, every=timedelta(hours=1))
    config.scan()
