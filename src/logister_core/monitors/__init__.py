"""Check-in monitors: which scheduled jobs report in time, and which do not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.monitors.actors import tell_missed_monitors
    from logister_core.monitors.projections import CheckInMonitors
    from logister_core.monitors.services import MonitorService

    config.add_projection(CheckInMonitors())
    config.add_recurring_job("missed_monitors", tell_missed_monitors, every=timedelta(minutes=15))
    config.register_service_factory(MonitorService.from_request, MonitorService)
    config.scan(categories=("pyramid", "logister"))
