"""Check-in monitors: which scheduled jobs report in time, and which do not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logister_core.types import Configurator


def includeme(config: Configurator) -> None:
    from logister_core.monitors.actors import tell_missed_monitors
    from logister_core.monitors.projections import CheckInMonitors
    from logister_core.monitors.queries import MonitorQuery
    from logister_core.monitors.resources import MonitorContext
    from logister_core.monitors.services import MonitorService
    from logister_core.projects.resources import ProjectContext

    config.add_projection(CheckInMonitors())
    config.add_recurring_job("missed_monitors", tell_missed_monitors, every=timedelta(minutes=15))
    config.register_service_factory(MonitorService.from_request, MonitorService)
    config.register_service_factory(MonitorQuery.from_request, MonitorQuery)
    config.add_route("monitors.index", "/projects/{project}/monitors", factory=ProjectContext)
    config.add_route("monitors.change", "/projects/{project}/monitors/{monitor}", factory=MonitorContext)
    config.scan()
